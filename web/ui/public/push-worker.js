/* Shows what is pushed, and opens what it is about. It keeps nothing and serves nothing. */
self.addEventListener('push', (event) => {
  let said = {}
  try {
    said = event.data ? event.data.json() : {}
  } catch {
    said = {}
  }
  event.waitUntil(
    self.registration.showNotification(said.title || 'Rozmova', {
      body: said.body || '',
      tag: said.tag || 'notice',
      renotify: true,
      data: { path: said.path || '/notices' },
    }),
  )
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const path = (event.notification.data && event.notification.data.path) || '/notices'
  const url = new URL(path, self.location.origin)
  if (url.origin !== self.location.origin) return
  event.waitUntil(
    self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((open) => {
      const desk = open[0]
      if (!desk) return self.clients.openWindow(url.href)
      desk.postMessage({ open: path })
      return desk.focus()
    }),
  )
})
