"""Clients and what they want: attributes to filter by, segments, opt-outs, consents, files."""

from datetime import timedelta

from django.utils import timezone

from notification_service.audit.origin import Origin, acting
from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.directory.models import BulkAction, Client, ClientUpload
from notification_service.directory.preferences import give_consent, opt_out, withdraw_opt_out
from notification_service.mailings.models import Gateway
from notification_service.mailings.replies import keep_reply
from tests.factories import make_segment

PERSON = Origin("person", 7, "anna", "203.0.113.7", "console", "0f8fad5bd9cb469fa16570867728950e")
ZONES = ["Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk"]
CITIES = ["Kaliningrad", "Moscow", "Samara", "Yekaterinburg", "Omsk"]
NAMES = ["Anna", "Boris", "Vera", "Gleb", "Daria", "Yegor", "Zoya"]
EVIDENCE = "https://shop.example/forms/7"
TAGS = [["vip"], ["vip", "spring"], ["new"]]
SPENT = {"field": "attributes.spent", "op": "gte", "value": 5000}
BIG_CITY = {"field": "attributes.city", "op": "in", "value": ["Moscow", "Samara"]}
OMSK = {"field": "timezone", "op": "eq", "value": ZONES[-1]}


def make_directory(count: int) -> list[Client]:
    return Client.objects.bulk_create([_client(number) for number in range(count)])


def _client(number: int) -> Client:
    phone = str(79160000000 + 7919 * number)
    city = number % len(ZONES)
    attributes = {"name": NAMES[number % 7], "city": CITIES[city], "spent": 500 * (number % 23)}
    tags = TAGS[number % 3]
    return Client(
        phone=phone,
        operator_code=phone[1:4],
        tag=tags[0],
        tags=tags,
        timezone=ZONES[city],
        attributes=attributes,
    )


def make_segments() -> None:
    make_segment(name="Good buyers", filter={"where": {"all": [SPENT, {"any": [BIG_CITY, OMSK]}]}})
    make_segment(name="Everyone in Omsk", filter={"where": OMSK})


def speak_up(clients: list[Client]) -> None:
    """Some say no, some agree, some write back; the first has a history."""
    phones = [client.phone or "" for client in clients[:30]]
    first, *others = phones[:9]
    with acting(lambda: PERSON):
        said, _ = opt_out(phone=first, topic="offers", reason="asked by phone", source="the shop")
        withdraw_opt_out(said.pk, reason="changed their mind")
        opt_out(phone=first, topic="news", reason="too many", source="the website")
        give_consent(phone=first, topic="offers", evidence=EVIDENCE)
        for number, phone in enumerate(others):
            opt_out(phone=phone, topic=("", "offers")[number % 2], reason="asked by phone", source="")
            give_consent(phone=phone, topic="service", evidence=EVIDENCE)
    at = timezone.now() - timedelta(minutes=7)
    for phone, text in zip(phones[20:], ["STOP", "Thank you!", "Когда вы открыты?"], strict=False):
        keep_reply(Gateway.objects.get(name="main"), phone=phone, text=text, at=at)


def make_bulk_actions() -> BulkAction:
    """One that goes on, and one that is done."""
    done = {"status": "finished", "finished_at": timezone.now(), "clients": 1_604, "changed": 1_580}
    BulkAction.objects.create(
        kind="add_tag", tag="autumn", filter={"tags": ["vip"]}, requested_by="anna", unchanged=24, **done
    )
    return BulkAction.objects.create(
        kind="remove_tag",
        tag="spring",
        filter={},
        requested_by="anna",
        status="running",
        clients=4_812,
        changed=2_000,
    )


def uploads() -> dict[str, str]:
    """Of clients one to be started, one that runs, one that has ended; of opt-outs one to be started."""
    made = {
        status: _arrived(file_name, "Номер телефона;Часовой пояс;Метки;Имя", [*_rows(), status])
        for status, file_name in {
            "ready": "декабрь.csv",
            "running": "регионы.csv",
            "finished": "ноябрь.csv",
        }.items()
    }
    now = timezone.now()
    taken = {"started_at": now, "started_by": "anna", "created": 25_000, "updated": 812, "rejected": 3}
    running = ClientUpload.objects.filter(pk=made["running"].pk)
    running.update(status="running", bytes_done=made["running"].size * 2 // 5, **taken)
    ended = {"status": "finished", "finished_at": now, "unchanged": 1_204, "rejected_kept": 3}
    ClientUpload.objects.filter(pk=made["finished"].pk).update(**ended, **taken)
    said = ["8 916 555-01-02;акции;письмо", "79165550103;;звонок", "12345;акции;письмо"]
    made["opt-outs"] = _arrived("отказы.csv", "Телефон;Тема;Причина", said, kind="opt_outs")
    return {status: f"/clients/imports/{upload.pk}/" for status, upload in made.items()}


def _rows() -> list[str]:
    zones = ["Москва", "Москва", "Екатеринбург", "МСК", "Asia/Omsk"]
    rows = [f"+7 (916) {n // 100:03}-{n % 100:02}-07;{zones[n % 5]};vip;Анна" for n in range(400)]
    rows[20:20] = ["8916;Москва;vip;Борис", "8 916 123-45-67;UTC+3;vip;Вера", "9161234568;;vip;Глеб"]
    return rows


def _arrived(file_name: str, head: str, rows: list[str], **kind: str) -> ClientUpload:
    with acting(lambda: PERSON):
        arrival = IncomingFile(file_name=file_name, by="anna", **kind)
        arrival.write("\n".join([head, *rows]).encode())
        return arrival.finish()
