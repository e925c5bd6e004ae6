"""Comments: one level of replies, and a badge that tells who speaks for the municipality."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.models.contribution import Visibility
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import Channel, NameDisplay


class CommentQuerySet(models.QuerySet):
    def shown(self) -> "CommentQuerySet":
        """What everybody may read, and the placeholders that the other comments leave.

        What was never published leaves none.
        """
        gone = models.Q(
            visibility__in=[
                Visibility.HIDDEN,
                Visibility.REMOVED,
                Visibility.PENDING,
                Visibility.WITHDRAWN,
            ],
            published_at__isnull=False,
        )
        return self.filter(models.Q(visibility=Visibility.VISIBLE) | gone)


class Comment(models.Model):
    """Something said about a contribution, or in reply to a comment on it."""

    contribution = models.ForeignKey(
        "borgerdialog_contributions.Contribution", on_delete=models.CASCADE, related_name="comments"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    participant = models.ForeignKey(
        Participant, null=True, on_delete=models.SET_NULL, related_name="comments"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The member of staff who wrote it, where somebody did."),
    )
    name_display = models.CharField(
        max_length=10, choices=NameDisplay.choices, default=NameDisplay.FIRST_AND_AREA
    )
    public_name = models.CharField(_("name shown"), max_length=200, blank=True)
    role_badge = models.CharField(
        _("role"),
        max_length=100,
        blank=True,
        help_text=_("Stored when the comment is written, so that it stays true."),
    )
    body = models.TextField(_("comment"))
    language = models.CharField(_("language"), max_length=10)
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.DRAFT
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel.choices, default=Channel.WEB
    )
    created_at = models.DateTimeField(_("written"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                fields=["contribution", "visibility", "created_at", "id"],
                name="borgerdialog_comment_thread",
            )
        ]

    def __str__(self) -> str:
        return self.body[:60]

    @property
    def is_held(self) -> bool:
        """Whether reports took it out of sight until a moderator has looked."""
        return self.visibility == Visibility.PENDING and self.published_at is not None

    @property
    def anchor(self) -> str:
        """Its id on the page of the contribution."""
        return f"comment-{self.pk}"
