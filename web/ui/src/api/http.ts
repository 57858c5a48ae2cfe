/** One way to speak to the hub: JSON, the CSRF header, and refusals as one class. */

/** The hub refused; `code` is stable, `details` hold what a screen may act on. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly details: Record<string, unknown>,
  ) {
    super(typeof details.detail === 'string' && details.detail ? details.detail : code)
  }
}

/** The hub could not be reached, or its answer did not come. */
export class Unreachable extends Error {}

let csrf = ''
let signedOut: () => void = () => undefined

export function setCsrf(value: string): void {
  csrf = value
}

export function csrfToken(): string {
  return csrf
}

/** Say what happens when the hub no longer knows us. */
export function onSignedOut(then: () => void): void {
  signedOut = then
}

export interface Call {
  body?: unknown
  /** The id of one press of a button: a repeat is the same press. */
  key?: string
  /** A wrong password is no lost session. */
  signingIn?: boolean
}

export async function call<T>(method: string, path: string, given: Call = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf
  if (given.key) headers['Idempotency-Key'] = given.key
  let body: BodyInit | undefined
  if (given.body instanceof FormData) body = given.body
  else if (given.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    body = JSON.stringify(given.body)
  }
  let response: Response
  try {
    response = await fetch(`/api/v1${path}`, { method, headers, body, credentials: 'same-origin' })
  } catch {
    throw new Unreachable(path)
  }
  return await read<T>(response, given.signingIn ?? false)
}

async function read<T>(response: Response, signingIn: boolean): Promise<T> {
  // A proxy's own page for a hub that is away is not an answer of the hub.
  if ([502, 503, 504].includes(response.status)) throw new Unreachable(String(response.status))
  const isJson = (response.headers.get('Content-Type') ?? '').includes('json')
  const said: unknown = isJson ? await response.json().catch(() => ({})) : await response.text()
  if (response.ok) return said as T
  const details = (typeof said === 'object' && said !== null ? said : {}) as Record<string, unknown>
  const code = typeof details.code === 'string' ? details.code : `http_${response.status}`
  if (response.status === 401 && !signingIn) signedOut()
  throw new Refusal(response.status, code, details)
}

/** Build `?a=1&b=2`, leaving out what is empty. */
export function query(parts: Record<string, string | number | boolean | null | undefined>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parts)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `?${text}` : ''
}
