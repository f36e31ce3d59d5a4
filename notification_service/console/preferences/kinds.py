"""What opt-outs and consents have in common on the screens, and the words in which they differ."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from notification_service.audit.actions import Action
from notification_service.console.preferences.forms import ConsentForm, OptOutForm, PreferenceForm
from notification_service.directory.models import Consent, OptOut
from notification_service.mailings import preference_changes


@dataclass(frozen=True, slots=True)
class Words:
    title: Promise
    one: Promise  # in the history of a client
    empty: Promise
    why: Promise
    add: Promise
    add_covers: Promise
    add_done: Promise
    known: Promise
    end: Promise
    end_short: Promise
    end_covers: Promise
    end_done: Promise
    ended: Promise


@dataclass(frozen=True, slots=True)
class PreferenceScreen:
    """The fields of the model that say since when, until when and why; what is done; and how it is called."""

    name: str  # of its addresses
    model: type[Any]
    begun: str
    ended: str
    why: str
    end_action: Action
    form: type[PreferenceForm]
    add: Callable[..., tuple[Any, bool]]
    end: Callable[..., Any]
    words: Words


OPT_OUTS = PreferenceScreen(
    name="opt-outs",
    model=OptOut,
    begun="created_at",
    ended="withdrawn_at",
    why="reason",
    end_action=Action.OPT_OUT_WITHDRAWN,
    form=OptOutForm,
    add=preference_changes.opt_out,
    end=preference_changes.withdraw_opt_out,
    words=Words(
        title=gettext_lazy("Opt-outs"),
        one=gettext_lazy("Opt-out"),
        empty=gettext_lazy("Nobody has opted out."),
        why=gettext_lazy("Reason"),
        add=gettext_lazy("Opt out"),
        add_covers=gettext_lazy(
            "From now on the phone gets no mailing about this topic, or none at all if you leave the topic "
            "empty. What waits to be sent is cancelled. It holds for the phone, even if the client is "
            "deleted or imported again."
        ),
        add_done=gettext_lazy("Opted out."),
        known=gettext_lazy("Nothing has changed: this opt-out was there already."),
        end=gettext_lazy("Withdraw the opt-out"),
        end_short=gettext_lazy("Withdraw…"),
        end_covers=gettext_lazy(
            "Mailings that start from now on reach the phone again. Messages that were cancelled stay so."
        ),
        end_done=gettext_lazy("The opt-out has been withdrawn."),
        ended=gettext_lazy("withdrawn"),
    ),
)


CONSENTS = PreferenceScreen(
    name="consents",
    model=Consent,
    begun="given_at",
    ended="revoked_at",
    why="evidence",
    end_action=Action.CONSENT_REVOKED,
    form=ConsentForm,
    add=preference_changes.give_consent,
    end=preference_changes.revoke_consent,
    words=Words(
        title=gettext_lazy("Consents"),
        one=gettext_lazy("Consent"),
        empty=gettext_lazy("No consent has been recorded."),
        why=gettext_lazy("Evidence"),
        add=gettext_lazy("Record a consent"),
        add_covers=gettext_lazy(
            "Mailings about this topic that require a consent reach the phone if they start from now on. If "
            "you leave the topic empty, the consent covers all of them. An opt-out still counts for more."
        ),
        add_done=gettext_lazy("The consent has been recorded."),
        known=gettext_lazy("Nothing has changed: this consent was there already."),
        end=gettext_lazy("Revoke the consent"),
        end_short=gettext_lazy("Revoke…"),
        end_covers=gettext_lazy(
            "Mailings about this topic that require a consent no longer reach the phone. The consent is kept "
            "as proof of what was sent under it."
        ),
        end_done=gettext_lazy("The consent has been revoked."),
        ended=pgettext_lazy("consent", "revoked"),
    ),
)


def topic_words(topic: str) -> str:
    return _("“%(topic)s”") % {"topic": topic} if topic else _("everything")
