"""What the archive's page says, in each language. Pure."""
# ruff: noqa: RUF001 - Ukrainian words are meant

from collections.abc import Mapping

EN: Mapping[str, str] = {
    "title": "All that we keep of you",
    "of": "As of {at}",
    "addresses": "Addresses",
    "attributes": "Notes about you",
    "orders": "Orders",
    "consents": "What you said of being written to",
    "conversations": "Conversations",
    "tasks": "What we have to do for you, and what we promised",
    "entries": "All that was said and done",
    "us": "We",
    "you": "You",
    "json": "The same for programs: client.json",
    "none": "None",
}
UK: Mapping[str, str] = {
    "title": "Усе, що ми про вас зберігаємо",
    "of": "Станом на {at}",
    "addresses": "Адреси",
    "attributes": "Відомості про вас",
    "orders": "Замовлення",
    "consents": "Що ви казали про листи від нас",
    "conversations": "Розмови",
    "tasks": "Що ми маємо для вас зробити й що обіцяли",
    "entries": "Усе, що було сказано й зроблено",
    "us": "Ми",
    "you": "Ви",
    "json": "Те саме для програм: client.json",
    "none": "Немає",
}


def words(locale: str | None) -> Mapping[str, str]:
    """Give the words of a language; Ukrainian unless another is known."""
    return EN if locale == "en" else UK
