"""What pushes and digests say, in the languages of those who work here."""

from hub.errors import InvalidError

#: By kind: with a name, and without one.
_KINDS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "message": ("{who} wrote", "A client wrote"),
        "queue_message": (
            "{who} wrote, nobody has it yet",
            "A client wrote, nobody has it yet",
        ),
        "offer": ("A conversation for you: {who}", "A conversation for you"),
        "assigned": ("{who} is yours now", "A conversation is yours now"),
        "mentioned": ("You were mentioned: {who}", "You were mentioned"),
        "not_sent": ("Not delivered: {who}", "A message was not delivered"),
        "uncertain": (
            "It is uncertain whether it reached {who}",
            "It is uncertain whether a message arrived",
        ),
        "sla_risk": ("{who} should be answered soon", "An answer is due soon"),
        "sla_breached": ("{who} waits too long", "A client waits too long"),
        "task_assigned": ("A task is yours now: {who}", "A task is yours now"),
        "task_reminder": ("Reminder: {who}", "A reminder"),
        "task_due": ("It is time: {who}", "A task is due"),
        "promise_late": ("A promise is late: {who}", "A promise is late"),
        "date_ahead": ("A day comes up: {who}", "A client’s day comes up"),
        "webhook_disabled": ("A webhook was switched off: {who}", "A webhook is off"),
    },
    "uk": {
        "message": ("{who}: нове повідомлення", "Нове повідомлення від клієнта"),
        "queue_message": (
            "{who}: нове повідомлення, ще нічиє",
            "Нове повідомлення, ще нічиє",
        ),
        "offer": ("Розмова для вас: {who}", "Розмова для вас"),
        "assigned": ("{who}: розмова тепер ваша", "Розмова тепер ваша"),
        "mentioned": ("Вас згадано: {who}", "Вас згадано"),
        "not_sent": ("Не доставлено: {who}", "Повідомлення не доставлено"),
        "uncertain": (
            "Невідомо, чи дійшло: {who}",
            "Невідомо, чи дійшло повідомлення",
        ),
        "sla_risk": ("{who}: час відповісти", "Час відповісти клієнтові"),
        "sla_breached": ("{who} чекає задовго", "Клієнт чекає задовго"),
        "task_assigned": ("Завдання тепер ваше: {who}", "Завдання тепер ваше"),
        "task_reminder": ("Нагадування: {who}", "Нагадування"),
        "task_due": ("Настав час: {who}", "Настав час завдання"),
        "promise_late": ("Обіцянка запізнюється: {who}", "Обіцянка запізнюється"),
        "date_ahead": ("Скоро дата: {who}", "Скоро дата клієнта"),
        "webhook_disabled": ("Вебхук вимкнено: {who}", "Вебхук вимкнено"),
    },
}
_PHRASES = {
    "en": {
        "subject": "{company}: {n} waiting for you",
        "begin": "While you were away:",
        "more": "and {n} more",
        "end": "Open: {link}\n\nWhen this is sent is set here: {settings}",
    },
    "uk": {
        "subject": "{company}: на вас чекає {n}",
        "begin": "Поки вас не було:",
        "more": "і ще {n}",
        "end": "Відкрити: {link}\n\nКоли це надсилати, обирають тут: {settings}",
    },
}


def headline(kind: str, locale: str, *, who: str = "", count: int = 1) -> str:
    """Say in one line what happened; ``who`` is left out of a discreet one."""
    try:
        named, plain = _KINDS[_known(locale)][kind]
    except KeyError as error:
        raise InvalidError(f"no words for {kind}") from error
    said = named.format(who=who) if who else plain
    return f"{said} ({count})" if count > 1 else said


def phrase(name: str, locale: str, **values: object) -> str:
    """Give one of the digest's phrases."""
    return _PHRASES[_known(locale)][name].format(**values)


def _known(locale: str) -> str:
    return locale if locale in _KINDS else "en"
