"""What mails say that let colleagues in, in the languages of those who work here."""

#: The built-in roles, as whom one is invited; others are called as the company does.
_ROLES = {
    "en": {"agent": "agent", "manager": "manager", "admin": "admin"},
    "uk": {"agent": "агент", "manager": "керівник", "admin": "адміністратор"},
}

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "invitation_subject": "{company}: you are invited",
        "invitation": (
            "{who} invites you to work with clients of {company}. Your role: {role}.\n\n"
            "Choose your name and password here:\n{link}\n\n"
            "The link opens once and is good until {until}."
        ),
        "invitation_nobody": (
            "You are invited to work with clients of {company}. Your role: {role}.\n\n"
            "Choose your name and password here:\n{link}\n\n"
            "The link opens once and is good until {until}."
        ),
        "password_subject": "{company}: a new password",
        "password": (
            "Somebody asked for a new password for your account at {company}.\n\n"
            "Choose one here:\n{link}\n\n"
            "The link opens once and is good until {until}. If it was not you, do"
            " nothing: your password stays."
        ),
    },
    "uk": {
        "invitation_subject": "{company}: вас запрошено",
        "invitation": (
            "{who} запрошує вас працювати з клієнтами {company}. Ваша роль: {role}.\n\n"
            "Оберіть ім’я та пароль тут:\n{link}\n\n"
            "Посилання відкриється один раз і діє до {until}."
        ),
        "invitation_nobody": (
            "Вас запрошено працювати з клієнтами {company}. Ваша роль: {role}.\n\n"
            "Оберіть ім’я та пароль тут:\n{link}\n\n"
            "Посилання відкриється один раз і діє до {until}."
        ),
        "password_subject": "{company}: новий пароль",
        "password": (
            "Хтось попросив новий пароль до вашого запису в {company}.\n\n"
            "Оберіть його тут:\n{link}\n\n"
            "Посилання відкриється один раз і діє до {until}. Якщо це були не ви,"
            " нічого не робіть: пароль лишиться тим самим."
        ),
    },
}


def letter(
    purpose: str, locale: str, *, who: str, role: str, role_name: str, **parts: str
) -> tuple[str, str]:
    """Write the subject and the text of a mail; English where we do not speak.

    ``who`` invites, if somebody did, or has lost his password. ``role_name`` is what
    the company calls a role of its own.
    """
    spoken = locale if locale in _WORDS else "en"
    words = _WORDS[spoken]
    nobody = purpose == "invitation" and not who
    text = words[f"{purpose}_nobody" if nobody else purpose]
    called = role_name or _ROLES[spoken].get(role, role)
    return (
        words[f"{purpose}_subject"].format(**parts),
        text.format(who=who, role=called, **parts),
    )
