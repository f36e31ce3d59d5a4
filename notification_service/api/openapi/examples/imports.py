"""Files of clients: imported while they are sent, and in the background."""

from typing import Any

from notification_service.api.openapi.examples.parts import Examples, one, page

IMPORTED = {
    "received": 2,
    "created": 1,
    "updated": 0,
    "unchanged": 0,
    "rejected": 1,
    "errors": [{"line": 3, "reason": "must be 7 and ten more digits.", "field": "phone"}],
    "errors_truncated": False,
}
WAITING = {
    "id": 1,
    "file_name": "clients.csv",
    "file_format": "csv",
    "status": "waiting",
    "bytes": 76,
    "bytes_done": 0,
    "created": 0,
    "updated": 0,
    "unchanged": 0,
    "rejected": 0,
    "rejected_listed": 0,
    "problem": "",
    "encoding": "utf-8",
    "separator": ",",
    "names": ["phone", "time zone", "city"],
    "columns": ["phone", "timezone", ""],
    "timezone": "",
    "one_timezone": False,
    "tag": "",
    "tags": "replace",
    "zones": [{"written": "MSK", "rows": 1, "zone": "Europe/Moscow"}],
    "uploaded_by": "shop",
    "started_by": "shop",
    "created_at": "2030-01-30T10:00:00Z",
    "started_at": "2030-01-30T10:00:00Z",
    "finished_at": None,
}
READY = {**WAITING, "status": "ready", "started_by": "", "started_at": None}
FINISHED = {
    **WAITING,
    "status": "finished",
    "bytes_done": 76,
    "created": 1,
    "rejected": 1,
    "rejected_listed": 1,
    "finished_at": "2030-01-30T10:00:01Z",
}
REJECTED = {
    "line": 3,
    "field": "phone",
    "reason": "phone must be 7 and ten more digits.",
    "text": "7926,MSK,Omsk",
}

REQUESTS: Examples = {
    "imports_partial_update": one(
        {"columns": ["phone", "timezone", "attribute"], "zones": {"MSK": "Europe/Moscow"}, "tag": "spring"}
    ),
}
FILES: dict[str, dict[str, Any]] = {
    "imports_create": {
        "text/csv": "phone,time zone,city\n79161234567,Europe/Moscow,Kazan\n7926,MSK,Omsk\n",
        "application/x-ndjson": '{"phone": "79161234567", "timezone": "Asia/Omsk", "tags": ["vip"]}\n',
    },
}
RESPONSES: Examples = {
    "imports_list": one(page(FINISHED)),
    "imports_create": one(WAITING),
    "imports_retrieve": one(FINISHED),
    "imports_partial_update": one({**READY, "columns": ["phone", "timezone", "attribute"], "tag": "spring"}),
    "imports_preview": one(
        {
            "names": READY["names"],
            "rows": [{"line": 2, "cells": ["79161234567", "Europe/Moscow", "Kazan"]}],
            "looked_at": 2,
            "rejections": [{name: REJECTED[name] for name in ("line", "field", "reason")}],
            "problem": "",
        }
    ),
    "imports_rejected": one(page(REJECTED)),
    "imports_rejected_csv": one(
        f"phone,time zone,city,Rejected: reason,Rejected: line\r\n{REJECTED['text']},{REJECTED['reason']},"
        f"{REJECTED['line']}\r\n"
    ),
    "imports_start": one(WAITING),
    "imports_cancel": one({**WAITING, "status": "cancelled", "finished_at": "2030-01-30T10:00:01Z"}),
}
