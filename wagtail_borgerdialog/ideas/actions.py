"""The only writers of ideas, their terms and the offers of help."""

import datetime
import hashlib
import uuid

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from wagtail.log_actions import log

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions import notices as contribution_notices
from wagtail_borgerdialog.contributions import rules as contribution_rules
from wagtail_borgerdialog.contributions.actions import send_to_moderation, start_contribution
from wagtail_borgerdialog.contributions.actions.attaching import PreparedFile, add_attachments
from wagtail_borgerdialog.contributions.actions.moderating import TRANSITIONS
from wagtail_borgerdialog.contributions.models import (
    Attachment,
    Contribution,
    StatusKind,
    Visibility,
)
from wagtail_borgerdialog.ideas import events, notices, rules, similarity
from wagtail_borgerdialog.ideas.models import Disclaimer, HelpOffer, Idea, IdeaTerm
from wagtail_borgerdialog.ideas.selectors import places
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.people.actions import confirm_address
from wagtail_borgerdialog.people.eligibility import Decision, DeniedReason, NotAllowed, require
from wagtail_borgerdialog.people.models import Participant, shown_name
from wagtail_borgerdialog.people.senders import Sender
from wagtail_borgerdialog.personal_data import needs_a_person
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.terms import ModerationMode, NameDisplay


def submit(
    draft: Idea,
    *,
    activity: Activity,
    sender: Sender,
    disclaimer: str,
    at: datetime.datetime,
    is_suspicious: bool = False,
) -> Idea:
    """Store ``draft``, an unsaved idea with what was typed, as sent by ``sender``.

    Whoever has to confirm an address is mailed a link, and nothing happens until they use it.
    ``disclaimer`` is the text they have accepted. The same ``submission_key`` again gives back
    the idea that is there. Raises ``NotAllowed``.
    """
    known = _already_sent(draft.submission_key)
    if known is not None:
        return known
    require(contribution_rules.may_submit(sender.person, activity, at=at, declared=sender.declared))
    _name(draft, sender)
    try:
        with transaction.atomic():
            idea = _start(
                draft, activity=activity, participant=sender.participant, text=disclaimer, at=at
            )
            if sender.must_confirm:
                contribution_notices.confirm_contribution(idea, at=at)
            else:
                send_to_moderation(idea, at=at, always_wait=is_suspicious)
    except IntegrityError:
        known = _already_sent(draft.submission_key)
        if known is None:
            raise
        return known
    return idea


def enter_for_somebody(
    draft: Idea,
    *,
    activity: Activity,
    participant: Participant | None,
    channel: str,
    evidence: str,
    disclaimer: str,
    entered_by: AbstractBaseUser,
    at: datetime.datetime,
) -> Idea:
    """A member of staff enters an idea from paper, phone or a meeting.

    Staff who may also decide what is public publish it at once. The activity's clock does not
    stop them: a letter posted in time may be opened late. Raises ``NotAllowed``.
    """
    require(contribution_rules.may_enter(entered_by, activity))
    may_publish = bool(contribution_rules.may_moderate(entered_by, activity))
    with transaction.atomic():
        idea = _start(
            draft,
            activity=activity,
            participant=participant,
            text=disclaimer,
            at=at,
            channel=channel,
            entered_by=entered_by,
            evidence=evidence,
        )
        send_to_moderation(
            idea,
            at=at,
            always_wait=not may_publish,
            approved_by=entered_by if may_publish else None,
        )
    return idea


def add_files(
    idea: Idea, files: list[tuple[PreparedFile, str]], *, at: datetime.datetime
) -> list[Attachment]:
    """Add the author's pictures and PDFs. Raises ``NotAllowed``, and ``ValueError`` at too many."""
    with transaction.atomic():
        # Making a file safe takes its time: a moderator may have read the text meanwhile.
        current = Contribution.objects.select_for_update().only("visibility").get(pk=idea.pk)
        idea.visibility = current.visibility
        require(rules.may_add_files(idea))
        return add_attachments(idea, files, at=at)


def refine(
    idea: Idea,
    *,
    title: str,
    body: str,
    by: AbstractBaseUser,
    by_role: str,
    at: datetime.datetime,
) -> None:
    """Put a worked-through version beside the original, which stays as it is.

    ``by_role`` is what the public reads. Raises ``NotAllowed``, and ``ValueError`` for an empty
    text.
    """
    require(contribution_rules.may_answer(by, idea.activity))
    if not body.strip():
        raise ValueError("A refined version needs a text.")
    idea.refined_title, idea.refined_body = title, body
    idea.refined_by_role, idea.refined_at, idea.updated_at = by_role, at, at
    with transaction.atomic():
        Idea.objects.filter(pk=idea.pk).update(
            refined_title=title,
            refined_body=body,
            refined_by_role=by_role,
            refined_at=at,
            updated_at=at,
        )
        store_terms(idea)
        log(instance=idea, title=idea.reference, action="borgerdialog.refine", user=by)
        notices.refined(idea, at=at)
        _tell(idea, events.REFINED, at=at, by=by)


def offer_help(
    idea: Idea,
    *,
    sender: Sender,
    text: str,
    language: str,
    submission_key: uuid.UUID | None = None,
    at: datetime.datetime,
    is_suspicious: bool = False,
) -> HelpOffer:
    """Store an offer to help with ``idea``; it is moderated like a comment.

    The same ``submission_key`` again gives back the offer that is there. Raises ``NotAllowed``.
    """
    known = _offer_already_sent(submission_key)
    if known is not None:
        return known
    require(rules.may_offer_help(sender.person, idea, declared=sender.declared))
    area = sender.participant.area if sender.participant else None
    try:
        with transaction.atomic():
            offer = HelpOffer.objects.create(
                idea=idea,
                participant=sender.participant,
                name_display=sender.name_display,
                public_name=shown_name(sender.name, display=sender.name_display, area=area),
                text=text,
                language=language,
                submission_key=submission_key,
                created_at=at,
            )
            if sender.must_confirm:
                notices.confirm_offer(offer, at=at)
            else:
                _hand_in(offer, at=at, is_suspicious=is_suspicious)
    except IntegrityError:
        known = _offer_already_sent(submission_key)
        if known is None:
            raise
        return known
    return offer


def confirm_offer(offer: HelpOffer, *, at: datetime.datetime) -> bool:
    """The helper has acted on the link in the mail; True if the offer was waiting for that."""
    with transaction.atomic():
        waiting = HelpOffer.objects.select_for_update().filter(
            pk=offer.pk, visibility=Visibility.DRAFT
        )
        if not waiting.exists():
            return False
        if offer.participant is not None:
            confirm_address(offer.participant)
        _hand_in(offer, at=at)
    return True


def moderate_offer(
    offer: HelpOffer,
    action: str,
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
    reason_code: str = "",
    public_note: str = "",
) -> bool:
    """Decide what the public sees of an offer (a ``ModerationAction``); False when it is so.

    Anything but showing it needs a ``reason_code``, and the helper is told. Raises
    ``NotAllowed``, and ``ValueError`` when the reason is missing.
    """
    require(contribution_rules.may_moderate(by, offer.idea.activity))
    start, end = TRANSITIONS[action]
    if end != Visibility.VISIBLE and not reason_code:
        raise ValueError("A decision not to show something needs a reason.")
    with transaction.atomic():
        offer.visibility = HelpOffer.objects.select_for_update().get(pk=offer.pk).visibility
        if offer.visibility == end:
            return False
        if offer.visibility not in start:
            raise NotAllowed(Decision(DeniedReason.ALREADY_DONE))
        if end == Visibility.VISIBLE:
            _publish(offer, at=at)
        else:
            offer.visibility = end
            HelpOffer.objects.filter(pk=offer.pk).update(visibility=end)
            notices.offer_not_shown(offer, reason_code, public_note=public_note, at=at)
        log(
            instance=offer.idea,
            title=offer.idea.reference,
            action="borgerdialog.moderate",
            user=by,
            data={"action": action, "reason": reason_code, "help_offer": offer.pk},
        )
    return True


def recount_terms(*, fix: bool) -> list[str]:
    """Compare the stored terms with the texts; returns one line for each idea that differs."""
    names = places()
    lines = []
    for idea in Idea.objects.order_by("pk").iterator(chunk_size=500):
        stored = set(IdeaTerm.objects.filter(idea=idea.pk).values_list("term", flat=True))
        if stored == set(_terms(idea, names)):
            continue
        lines.append(f"{idea.reference}: terms for finding similar ideas")
        if fix:
            with transaction.atomic():
                store_terms(idea)
    return lines


def disclaimer_version(text: str) -> str:
    """The name of a wording: the first 12 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _start(
    draft: Idea,
    *,
    activity: Activity,
    participant: Participant | None,
    text: str,
    at: datetime.datetime,
    **how: object,
) -> Idea:
    draft.disclaimer, _created = Disclaimer.objects.get_or_create(
        version=disclaimer_version(text), defaults={"text": text, "created_at": at}
    )
    idea = start_contribution(
        draft,
        activity=activity,
        participant=participant,
        status_kind=StatusKind.RECEIVED,
        at=at,
        **how,
    )
    store_terms(idea)
    return idea


def _name(draft: Idea, sender: Sender) -> None:
    """Show what the sender chose to show, and never a name that we know from elsewhere."""
    if not sender.name:
        draft.name_display = NameDisplay.ANONYMOUS
        return
    area = draft.area or (sender.participant.area if sender.participant else None)
    draft.name_display = sender.name_display
    draft.public_name = shown_name(sender.name, display=sender.name_display, area=area)


def _terms(idea: Idea, names: list[str]) -> dict[str, float]:
    title = f"{idea.title}\n{idea.refined_title}"
    body = f"{idea.body}\n{idea.refined_body}"
    return similarity.index_terms(title, body, places=names)


def store_terms(idea: Idea) -> None:
    """Write down the terms by which ``idea`` is found; call it when its text has changed."""
    IdeaTerm.objects.filter(idea=idea.pk).delete()
    IdeaTerm.objects.bulk_create(
        IdeaTerm(idea_id=idea.pk, activity_id=idea.activity_id, term=term, weight=weight)
        for term, weight in _terms(idea, places()).items()
    )


def _already_sent(key: uuid.UUID | None) -> Idea | None:
    return Idea.objects.with_page_rows().filter(submission_key=key).first() if key else None


def _offer_already_sent(key: uuid.UUID | None) -> HelpOffer | None:
    return HelpOffer.objects.filter(submission_key=key).first() if key else None


def _hand_in(offer: HelpOffer, *, at: datetime.datetime, is_suspicious: bool = False) -> None:
    is_suspicious = is_suspicious or get_adapter().looks_like_spam(offer.text, at=at)
    is_suspicious = is_suspicious or needs_a_person(f"{offer.text}\n{offer.public_name}")
    if is_suspicious or offer.idea.activity.moderation == ModerationMode.BEFORE:
        offer.visibility = Visibility.PENDING
        HelpOffer.objects.filter(pk=offer.pk).update(visibility=Visibility.PENDING)
    else:
        _publish(offer, at=at)


def _publish(offer: HelpOffer, *, at: datetime.datetime) -> None:
    is_new = offer.published_at is None
    offer.visibility = Visibility.VISIBLE
    offer.published_at = offer.published_at or at
    HelpOffer.objects.filter(pk=offer.pk).update(
        visibility=offer.visibility, published_at=offer.published_at
    )
    if is_new:
        notices.help_offered(offer, at=at)
        _tell(offer.idea, events.HELP_OFFERED, at=at, by=None)


def _tell(idea: Idea, event: str, *, at: datetime.datetime, by: AbstractBaseUser | None) -> None:
    contribution_event.send(Contribution, contribution=idea, event=event, at=at, by=by)
