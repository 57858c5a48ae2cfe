/** What stands in the settings file for a channel, and which page tells more. */

export const EXAMPLES: Record<string, string> = {
  email: `[channels.email]
address = "support@example.com"

[channels.email.smtp]
host = "smtp.example.com"
username = "support@example.com"
password = "…"

[channels.email.imap]
host = "imap.example.com"
username = "support@example.com"
password = "…"`,
  sms: `[channels.sms]
account_sid = "AC…"
auth_token = "…"
numbers = ["+380441234567"]`,
  whatsapp: `[channels.whatsapp]
account_sid = "AC…"
auth_token = "…"
numbers = ["+380441234567"]`,
  phone: `[channels.phone]
account_sid = "AC…"
auth_token = "…"
numbers = ["+380441234567"]`,
  webform: `[channels.webform]
key = "…"`,
}

export const GUIDES: Record<string, string> = {
  email: 'docs/channels/email.md',
  sms: 'docs/channels/sms.md',
  whatsapp: 'docs/channels/sms.md',
  phone: 'docs/channels.md',
  webform: 'docs/channels/forms.md',
}
