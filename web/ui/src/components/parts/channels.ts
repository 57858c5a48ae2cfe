/** How a channel looks. One that is added later has the plain look until it gets its own. */

export interface ChannelLook {
  icon: string
  hue: string
}

const LOOKS: Record<string, ChannelLook> = {
  email: { icon: 'email', hue: 'email' },
  sms: { icon: 'sms', hue: 'sms' },
  whatsapp: { icon: 'whatsapp', hue: 'whatsapp' },
  phone: { icon: 'phone', hue: 'phone' },
  webform: { icon: 'form', hue: 'form' },
  form: { icon: 'form', hue: 'form' },
  portal: { icon: 'portal', hue: 'portal' },
  note: { icon: 'note', hue: 'note' },
}

export function channelLook(channel: string): ChannelLook {
  return LOOKS[channel] ?? { icon: 'inbox', hue: 'plain' }
}

/** The kind of an address as a tile. */
export function addressLook(kind: string): string {
  return kind === 'phone' ? 'phone' : 'email'
}
