"""The demo company's web forms, as the settings would say them."""

from typing import Any

FORMS: dict[str, dict[str, Any]] = {
    "callback": {
        "title": "Заявка на дзвінок",
        "thanks": "Дякуємо. Ми зателефонуємо протягом години.",
        "locale": "uk",
        "fields": [
            {"name": "name", "label": "Як до вас звертатися", "required": True},
            {"name": "phone", "label": "Телефон", "kind": "phone", "required": True},
            {
                "name": "about",
                "label": "Що вас цікавить",
                "kind": "choice",
                "choices": [
                    "Тепловий насос",
                    "Котел",
                    "Кондиціонер",
                    "Вентиляція",
                    "Інше",
                ],
            },
            {"name": "text", "label": "Запитання", "kind": "textarea"},
        ],
    },
    "before-we-install": {
        "title": "Before we install",
        "thanks": "Thank you. A fitter will call you the day before the visit.",
        "locale": "en",
        "fields": [
            {"name": "name", "label": "Your name", "required": True},
            {"name": "email", "label": "Email", "kind": "email", "required": True},
            {"name": "phone", "label": "Phone", "kind": "phone"},
            {
                "name": "building",
                "label": "Where does it go",
                "kind": "choice",
                "choices": ["House", "Flat", "Office", "Something else"],
            },
            {
                "name": "supply",
                "label": "Power supply",
                "kind": "choice",
                "choices": ["One phase", "Three phases", "Not sure"],
            },
            {"name": "text", "label": "Anything we should know", "kind": "textarea"},
        ],
    },
    "contact": {
        "title": {"uk": "Напишіть нам", "en": "Write to us"},
        "intro": {
            "uk": "Відповідаємо протягом робочого дня.",
            "en": "We answer within a working day.",
        },
        "thanks": {
            "uk": "Дякуємо. Відповідь прийде на пошту.",
            "en": "Thank you. The answer comes by email.",
        },
        "locale": "uk",
        "confirms": True,
        "origins": ["*"],
        "fields": [
            {"name": "name", "label": {"uk": "Ваше ім’я", "en": "Your name"}},
            {
                "name": "email",
                "label": {"uk": "Пошта", "en": "Email"},
                "kind": "email",
                "required": True,
            },
            {
                "name": "text",
                "label": {"uk": "Що сталося?", "en": "What is it about?"},
                "kind": "textarea",
                "required": True,
            },
            {
                "name": "source",
                "label": {"uk": "Сторінка", "en": "Page"},
                "kind": "hidden",
                "value": "{page}",
            },
        ],
    },
    "return": {
        "title": {"uk": "Повернення товару", "en": "Return goods"},
        "intro": {
            "uk": "Покажіть, що не так, і ми скажемо, як повернути.",
            "en": "Show us what is wrong, and we tell you how to return it.",
        },
        "thanks": {
            "uk": "Заявку прийнято. Курʼєра призначимо протягом дня.",
            "en": "We have it. A courier is arranged within a day.",
        },
        "locale": "uk",
        "subject": "{form}: {order}",
        "confirms": True,
        "fields": [
            {
                "name": "name",
                "label": {"uk": "Ваше ім’я", "en": "Your name"},
                "required": True,
            },
            {
                "name": "email",
                "label": {"uk": "Пошта", "en": "Email"},
                "kind": "email",
                "required": True,
            },
            {
                "name": "order",
                "label": {"uk": "Номер замовлення", "en": "Order number"},
                "kind": "order",
                "required": True,
            },
            {
                "name": "wrong",
                "label": {"uk": "Що не так?", "en": "What is wrong?"},
                "kind": "choices",
                "required": True,
                "choices": [
                    {
                        "value": "damaged",
                        "label": {"uk": "Пошкоджено", "en": "It is damaged"},
                    },
                    {"value": "other", "label": {"uk": "Не те", "en": "Not this one"}},
                    {
                        "value": "size",
                        "label": {"uk": "Не підходить", "en": "It does not fit"},
                    },
                ],
            },
            {
                "name": "photos",
                "label": {"uk": "Світлини", "en": "Pictures"},
                "kind": "files",
                "max_files": 4,
                "file_types": ["image/*", "application/pdf"],
            },
            {
                "name": "bought",
                "label": {"uk": "Коли отримали", "en": "When it came"},
                "kind": "date",
            },
            {
                "name": "terms",
                "label": {
                    "uk": "Погоджуюся на обробку моїх даних для цього повернення.",
                    "en": "My data may be used to settle this return.",
                },
                "kind": "consent",
                "required": True,
            },
        ],
    },
}
