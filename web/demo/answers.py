"""The ready answers and macros of the company."""

# ruff: noqa: RUF001 - Ukrainian letters are meant.

from hub.answers import canned, macros
from hub.answers.canned import CannedGiven
from hub.answers.macros import MacroGiven
from hub.answers.steps import Step
from hub.answers.views import CannedText
from hub.storage.unit import UnitOfWork

#: Name, folder, English, Ukrainian.
ANSWERS: tuple[tuple[str, str, str, str], ...] = (
    (
        "Where the order is",
        "Delivery",
        (
            "Hello {client.first_name|there}!\n\nYour order {order.number} is on its way."
            " Here you can see where it is: {link:order}"
        ),
        (
            "Вітаємо, {client.first_name|раді вас чути}!\n\nВаше замовлення {order.number}"
            " уже в дорозі. Де воно зараз, видно тут: {link:order}"
        ),
    ),
    (
        "Delivery takes",
        "Delivery",
        (
            "We deliver in Kyiv within two days, elsewhere within four. The courier calls an"
            " hour ahead."
        ),
        (
            "По Києву доставляємо за два дні, в інші міста за чотири. Кур’єр зателефонує за"
            " годину."
        ),
    ),
    (
        "Another day for delivery",
        "Delivery",
        (
            "Of course. Which day suits you, {client.first_name|please}? We come between 9"
            " and 18."
        ),
        (
            "Звісно. Який день вам зручний, {client.first_name|скажіть, будь ласка}? Ми"
            " приїжджаємо з 9 до 18."
        ),
    ),
    (
        "How to return",
        "Returns",
        (
            "You can return it within 14 days, unused and in its box. Write to us which day a"
            " courier may collect {order.title|it}, and we pay you back within three days."
        ),
        (
            "Повернути можна протягом 14 днів, якщо річ не була в ужитку й має коробку."
            " Напишіть, коли кур’єр може забрати {order.title|її}, і за три дні ми повернемо"
            " гроші."
        ),
    ),
    (
        "Paid back",
        "Returns",
        (
            "Hello {client.first_name|there}!\n\nWe have paid you back for order"
            " {order.number}. The bank shows it within three working days.\n\n"
            "{agent.first_name}, {company}"
        ),
        (
            "Вітаємо, {client.first_name|раді вас чути}!\n\nМи повернули гроші за"
            " замовлення {order.number}. Банк зарахує їх за три робочі дні.\n\n"
            "{agent.first_name}, {company}"
        ),
    ),
    (
        "Fitter’s visit",
        "Installations",
        (
            "Our fitter comes on the day that you choose, between 9 and 18, and calls half an"
            " hour ahead. Is there a tap to shut the water off?"
        ),
        (
            "Наш майстер приїде в обраний день з 9 до 18 і зателефонує за пів години. Чи є у"
            " вас кран, щоб перекрити воду?"
        ),
    ),
    (
        "Before the fitter comes",
        "Installations",
        (
            "Please clear a metre around the place, and have the papers of the device at"
            " hand."
        ),
        "Будь ласка, звільніть метр навколо місця й підготуйте документи на прилад.",
    ),
    (
        "Warranty: what we need",
        "Warranty",
        (
            "So that we can help quickly, please send a photo of the plate with the serial"
            " number, and say what it does and since when."
        ),
        (
            "Щоб допомогти швидко, надішліть, будь ласка, фото таблички із серійним номером"
            " і напишіть, що саме сталося й відколи."
        ),
    ),
    (
        "When we work",
        "Common",
        (
            "We are here Monday to Saturday from 9 to 18. All your orders and messages:"
            " {link:portal}"
        ),
        (
            "Ми працюємо з понеділка до суботи з 9 до 18. Усі ваші замовлення й листування:"
            " {link:portal}"
        ),
    ),
    (
        "Thanks, and closed",
        "Common",
        (
            "Thank you, {client.first_name|and have a good day}! If anything comes up, just"
            " answer here."
        ),
        (
            "Дякуємо, {client.first_name|гарного дня}! Якщо щось буде потрібно, просто"
            " напишіть сюди."
        ),
    ),
)


async def write_down(uow: UnitOfWork, maker_id: int, warranty: int) -> None:
    """Keep what the team says and does again and again.

    Args:
        uow: The unit.
        maker_id: Who writes it down.
        warranty: The queue that warranty matters go to.
    """
    ids = {}
    for title, folder, english, ukrainian in ANSWERS:
        made = await canned.create(
            uow,
            CannedGiven(
                title=title,
                folder=folder,
                texts=[
                    CannedText(locale="uk", text=ukrainian),
                    CannedText(locale="en", text=english),
                ],
            ),
            maker_id=maker_id,
            owner_id=None,
        )
        ids[title] = made.id
    several: tuple[tuple[str, list[Step]], ...] = (
        (
            "Refund done",
            [
                {"do": "answer", "canned_id": ids["Paid back"], "send": True},
                {"do": "tags", "add": ["refund"]},
                {"do": "note", "text": "Paid back for {order.number}"},
                {"do": "state", "state": "resolved"},
            ],
        ),
        (
            "To warranty",
            [
                {
                    "do": "answer",
                    "canned_id": ids["Warranty: what we need"],
                    "send": True,
                },
                {"do": "queue", "queue_id": warranty},
                {"do": "tags", "add": ["warranty"]},
                {"do": "state", "state": "pending"},
            ],
        ),
        (
            "Mine, look tomorrow",
            [
                {"do": "assign", "to": "me"},
                {"do": "task", "title": "Look how it stands", "hours": 24},
                {"do": "state", "state": "snoozed", "hours": 24},
            ],
        ),
    )
    for title, steps in several:
        await macros.create(
            uow,
            MacroGiven(title=title, steps=steps),
            maker_id=maker_id,
            owner_id=None,
        )
