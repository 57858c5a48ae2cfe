"""What the hub writes to a client who wants into the portal. Pure."""

_PHRASES = {
    "en": {
        "subject": "Your way in to {company}",
        "link": (
            "Open this link to see your orders and messages at {company}:\n\n{link}\n\n"
            "It is good once and for {minutes} minutes. "
            "If you did not ask for it, do nothing."
        ),
        "code": "{company}: your code is {code}. Tell it to nobody.",
        "told_email": "A sign-in link was sent.",
        "told_phone": "A sign-in code was sent.",
    },
    "uk": {
        "subject": "Вхід до кабінету {company}",
        "link": (
            "Відкрийте це посилання, щоб побачити свої замовлення й повідомлення "
            "({company}):\n\n{link}\n\nВоно діє один раз і {minutes} хв. "
            "Якщо ви його не просили, нічого не робіть."
        ),
        "code": "{company}: ваш код {code}. Нікому його не кажіть.",
        "told_email": "Надіслано посилання для входу.",
        "told_phone": "Надіслано код для входу.",
    },
}


def phrase(name: str, locale: str, /, **parts: str) -> str:
    """Give a phrase with its parts filled in.

    ``told_email`` and ``told_phone`` are what the timeline says of it.
    """
    return _PHRASES[locale][name].format(**parts)
