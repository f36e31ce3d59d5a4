from typing import Any

from rest_framework import serializers

from notification_service.api.values import moment_of
from notification_service.mailings.forecast import Forecast, Limit


class ZoneClientsSerializer(serializers.Serializer[Any]):
    timezone = serializers.CharField()
    clients = serializers.IntegerField()


class UnreachedSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text="Whose messages are not sent before `end_at`.")
    by_zone = ZoneClientsSerializer(many=True, help_text="Most first.")


class ForecastSerializer(serializers.Serializer[Any]):
    finishes_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When the last message is sent; null if some are not sent before `end_at`, or none is.",
    )
    sent = serializers.IntegerField(help_text="How many messages will have been sent in the end.")
    unreached = UnreachedSerializer()
    limited_by = serializers.ChoiceField(
        choices=[limit.value for limit in Limit],
        allow_null=True,
        help_text="Why it is not finished earlier, or not at all. `gateway_rate`: the gateway's limit of "
        "requests per second. `gateway_latency`: how long it takes to answer, and how many requests may be "
        "under way at once. `hours`: windows, days, holidays and contact hours. `spread`: it is spread over "
        "a longer time. `workers`: they can do no more, or none runs. null: nothing worth a word.",
    )
    needed_requests_per_second = serializers.FloatField(
        allow_null=True,
        help_text="What the gateway would have to take, for all its mailings together, to reach all whom the "
        "hours let reach; null if it does, or if no rate is enough.",
    )


def forecast_as_json(forecast: Forecast) -> Any:
    zones = sorted(forecast.unreached.items(), key=lambda each: (-each[1], each[0]))
    body = {
        "finishes_at": None if forecast.finishes_at is None else moment_of(forecast.finishes_at),
        "sent": forecast.sent,
        "unreached": {
            "total": forecast.missed,
            "by_zone": [{"timezone": zone, "clients": clients} for zone, clients in zones],
        },
        "limited_by": forecast.limited_by,
        "needed_requests_per_second": forecast.needed_per_second,
    }
    return ForecastSerializer(body).data
