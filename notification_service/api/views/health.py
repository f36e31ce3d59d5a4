"""For load balancers and supervisors: no login, no cache, as little work as will do."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notification_service.api.problems import CONTENT_TYPE, problem


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    if trouble := _trouble():
        body = problem(status=503, detail=trouble, instance=request.path)
        return JsonResponse(body, status=503, content_type=CONTENT_TYPE)
    return JsonResponse({"status": "ready"})


def _trouble() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return None if Migrations.check() else "The database lacks migrations."
    except DatabaseError:
        return "The database does not answer."


class Migrations:
    """Looks until they are complete, then no more: reading them all takes long for a probe."""

    are_complete = False

    @classmethod
    def check(cls) -> bool:
        if not cls.are_complete:
            executor = MigrationExecutor(connection)
            cls.are_complete = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return cls.are_complete
