"""What mails say that let colleagues in, in the languages of those who work here."""

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "invitation_subject": "{company}: you are invited",
        "invitation": (
            "{who} invites you to work with clients of {company}.\n\n"
            "Choose your name and password here:\n{link}\n\n"
            "The link opens once and is good until {until}."
        ),
        "invitation_nobody": (
            "You are invited to work with clients of {company}.\n\n"
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
            "{who} запрошує вас працювати з клієнтами {company}.\n\n"
            "Оберіть ім’я та пароль тут:\n{link}\n\n"
            "Посилання відкриється один раз і діє до {until}."
        ),
        "invitation_nobody": (
            "Вас запрошено працювати з клієнтами {company}.\n\n"
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


def phrase(name: str, locale: str, **parts: str) -> str:
    """Say something in a language; English where we do not speak it."""
    return _WORDS.get(locale, _WORDS["en"])[name].format(**parts)
