"""The table: every address of ours, how to build it for a case, and who gets what there.

``test_matrix`` enumerates what the code mounts and compares it with ``ROWS``: a new address
needs a row here before its tests pass.
"""

import dataclasses
from collections.abc import Callable, Iterator

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser
from django.core import signing
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from wagtail.admin.views.bulk_action.registry import bulk_action_registry

from tests.trust.world import DECISIONS, HOST_A, HOST_B, Case, World, page_classes
from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.notifications.outbox import unfollow_url
from wagtail_borgerdialog.people import links

# -- what there is ------------------------------------------------------------------------


def _walk(
    patterns: list[URLPattern | URLResolver], namespace: str = ""
) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name or pattern.pattern}", pattern.callback.__module__


def mounted() -> set[str]:
    """The names of all addresses that the package brings: of URLs, routes, keys and decisions."""
    found = {
        name
        for name, module in _walk(get_resolver().url_patterns)
        if "borgerdialog" in name or module.startswith("wagtail_borgerdialog.")
    }
    # One address, but a page of its own for each purpose.
    found.remove("borgerdialog:link")
    found |= {f"link:{purpose}" for purpose in links._links}
    for kind, model in page_classes().items():
        found |= {f"{kind}:{route.name}" for route in model.get_subpage_urls()}
    for component in registry:
        for viewset in component.viewsets():
            for action in getattr(viewset, "staff_actions", ()):
                found.add(f"action:{viewset.name}:{action.name}")
    return found | {f"bulk:{label}:{action}" for label, action in bulk_actions()}


def bulk_actions() -> Iterator[tuple[str, str]]:
    """Model labels and names of the decisions about several of our rows at once."""
    bulk_action_registry._scan_for_bulk_actions()
    for app_label, of_models in bulk_action_registry.actions.items():
        if app_label.startswith("borgerdialog"):
            for model, of_model in of_models.items():
                for name in of_model:
                    yield f"{app_label}.{model}", name


# -- who ------------------------------------------------------------------------------------

OURS = frozenset({"open", "unpublished", "password", "login"})
SEE, MODERATE, ANSWER, ENTER, CHECK, MAILS = (
    "see",
    "moderate",
    "answer",
    "enter",
    "check",
    "mails",
)
TALK = "talk"  # comments and offers
MODERATOR_RIGHTS = frozenset({SEE, TALK, MODERATE, ENTER, CHECK, MAILS})
CASEWORKER_RIGHTS = frozenset({SEE, TALK, ANSWER, ENTER, CHECK})


@dataclasses.dataclass(frozen=True)
class Role:
    """Somebody who looks: as whom, where, and what setup lets them do in which places."""

    name: str
    host: str = HOST_A
    places: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()
    is_staff: bool = False
    is_signed_in: bool = True

    def user(self, world: World, case: Case) -> AbstractBaseUser | None:
        if not self.is_signed_in:
            return None
        if self.name == "author":
            return case.user
        return world.citizen if self.name == "citizen" else world.staff[self.name]

    def host_for(self, case: Case) -> str:
        return case.host if self.name == "author" else self.host

    def works_with(self, case: Case, *rights: str) -> bool:
        """Whether the role holds one of ``rights`` where the case stands."""
        return case.place in self.places and bool(self.rights.intersection(rights))

    def sees_hidden(self, case: Case) -> bool:
        """Whether the gate lets the role read a case that is not public."""
        return self.name == "author" or self.works_with(case, MODERATE)


EVERYWHERE = OURS | {"elsewhere", "neighbour"}
ROLES = {
    role.name: role
    for role in [
        Role("anonymous", is_signed_in=False),
        Role("visitor next door", host=HOST_B, is_signed_in=False),
        Role("citizen"),
        Role("author"),
        Role("moderator", places=OURS, rights=MODERATOR_RIGHTS, is_staff=True),
        Role("caseworker", places=OURS, rights=CASEWORKER_RIGHTS, is_staff=True),
        Role("viewer", places=OURS, rights=frozenset({SEE}), is_staff=True),
        Role(
            "elsewhere",
            places=frozenset({"elsewhere"}),
            rights=MODERATOR_RIGHTS | CASEWORKER_RIGHTS,
            is_staff=True,
        ),
        Role(
            "neighbour",
            host=HOST_B,
            places=frozenset({"neighbour"}),
            rights=MODERATOR_RIGHTS | CASEWORKER_RIGHTS,
            is_staff=True,
        ),
        Role("editor", is_staff=True),
        Role(
            "superuser",
            places=EVERYWHERE,
            rights=MODERATOR_RIGHTS | CASEWORKER_RIGHTS,
            is_staff=True,
        ),
    ]
}
DECIDERS = frozenset(
    {"anonymous", "citizen", "moderator", "caseworker", "viewer", "elsewhere", "superuser"}
)
ACTORS = frozenset(
    {"anonymous", "visitor next door", "citizen", "author", "moderator", "superuser"}
)
ANYBODY = frozenset({"anonymous"})
EDITORS = frozenset({"viewer", "editor", "superuser"})
CONFIGURERS = frozenset({"viewer", "superuser"})
BEARERS = frozenset({"anonymous", "visitor next door"})

# -- what is expected -------------------------------------------------------------------------

OK = frozenset({200})
NOT_FOUND = frozenset({404})
GONE = frozenset({410})
LOGIN = frozenset({302})
REFUSED = frozenset({302, 403, 404})  # the admin sends people to its front page, or to log in
OFFERED_OR_NOT = frozenset({200, 302})

Statuses = frozenset[int]


def page(role: Role, case: Case) -> Statuses:
    """What the page of ``case`` answers on the role's own host."""
    host = role.host_for(case)
    if host != case.host:
        # Both sites have pages under these paths, with other cases on them.
        twins = {"open", "neighbour"}
        return OK if case.place in twins else NOT_FOUND
    if case.place == "unpublished":
        return NOT_FOUND
    if case.place == "login" and not role.is_signed_in:
        return LOGIN
    return OK


def _is_asked_for_password(case: Case) -> bool:
    return case.place == "password"


def detail(role: Role, case: Case) -> Statuses:
    """What the page of one contribution answers."""
    of_page = page(role, case)
    if of_page != OK or _is_asked_for_password(case):
        return of_page
    if role.host_for(case) != case.host:
        return NOT_FOUND
    if case.is_visible or role.sees_hidden(case):
        return OK
    return GONE if case.was_public else NOT_FOUND


def below_visible(role: Role, case: Case) -> Statuses:
    """What a form about a public contribution answers on its page."""
    of_page = page(role, case)
    if of_page != OK or _is_asked_for_password(case):
        return of_page
    is_there = role.host_for(case) == case.host and case.is_visible
    return OK if is_there else NOT_FOUND


def own(role: Role, case: Case) -> Statuses:
    """What is for the author alone."""
    of_page = page(role, case)
    if of_page != OK or _is_asked_for_password(case):
        return of_page
    is_own = role.name == "author" and role.host_for(case) == case.host
    return OK if is_own else NOT_FOUND


def receipt(role: Role, case: Case) -> Statuses:
    """The receipt opens for whoever has its address, on its page."""
    of_page = page(role, case)
    if of_page != OK or _is_asked_for_password(case):
        return of_page
    return OK if role.host_for(case) == case.host else GONE


def is_public(role: Role, case: Case) -> bool:
    """Whether everybody can read the case on the role's host."""
    places = {"open", "elsewhere", "neighbour"}
    return case.is_visible and case.place in places and role.host_for(case) == case.host


def acting(role: Role, case: Case) -> Statuses:
    """What the addresses outside the page tree answer: the gate for everybody, no other."""
    return OK if is_public(role, case) else NOT_FOUND


def file(role: Role, case: Case) -> Statuses:
    """A file is for whoever may see what it belongs to, on its site."""
    own_site = role.host_for(case) == case.host
    may = is_public(role, case) or (own_site and role.sees_hidden(case))
    return OK if may else NOT_FOUND


def key(role: Role, case: Case) -> Statuses:
    """A mailed link opens on its own site."""
    return OK if role.host_for(case) == case.host else GONE


def anything_goes(role: Role, case: Case) -> Statuses:
    """What says the same to everybody, whatever the case."""
    return OK


def author_key(role: Role, case: Case) -> Statuses:
    """The author's key on the page itself."""
    of_page = page(role, case)
    if of_page != OK or _is_asked_for_password(case):
        return of_page
    return OK if role.host_for(case) == case.host else NOT_FOUND


def staff(*rights: str) -> Callable[[Role, Case], Statuses]:
    """A screen about all that one works with."""
    return lambda role, case: OK if role.rights.intersection(rights) else REFUSED


def staff_on(*rights: str) -> Callable[[Role, Case], Statuses]:
    """A screen about one case."""
    return lambda role, case: OK if role.works_with(case, *rights) else REFUSED


def decision(*rights: str) -> Callable[[Role, Case], Statuses]:
    """What can be done with a case, where that makes sense."""
    return lambda role, case: OFFERED_OR_NOT if role.works_with(case, *rights) else REFUSED


def config(role: Role, case: Case) -> Statuses:
    """Words and lists that hold no citizen's text: whoever gets in, nothing of theirs is there."""
    return OFFERED_OR_NOT | REFUSED if role.is_staff else REFUSED


def own_page(role: Role, case: Case) -> Statuses:
    """What is about the reader alone; whoever we know nothing of is led to ask."""
    return OFFERED_OR_NOT


# -- rows -------------------------------------------------------------------------------------

SAMPLE = {
    ("open", Visibility.VISIBLE),
    ("open", Visibility.PENDING),
    ("elsewhere", Visibility.PENDING),
    ("neighbour", Visibility.VISIBLE),
}
READ = frozenset({"GET", "HEAD"})
ACT = READ | {"POST"}


@dataclasses.dataclass(frozen=True)
class Row:
    """One address. ``about`` says for which kinds of cases it is built, and ``each`` how often:
    for every ``case``, a ``sample`` of them, once for each ``page``, or ``once``.
    """

    about: tuple[str, ...]
    address: Callable[[World, Case], list[str]]
    expect: Callable[[Role, Case], Statuses]
    methods: frozenset[str] = READ
    each: str = "case"
    roles: frozenset[str] = frozenset(ROLES)
    is_staff: bool = False
    holder: str = ""

    def cases(self, world: World) -> Iterator[Case]:
        """The cases for which addresses are built."""
        found = [case for case in world.cases if case.kind in self.about]
        if self.each == "once":
            return iter([next(case for case in found if case.place == "open")])
        if self.each == "page":
            return (case for case in found if case.is_visible)
        if self.each == "sample":
            return (case for case in found if (case.place, case.state) in SAMPLE)
        return iter(found)


KINDS = ("ideas", "proposals")
LISTS = (
    *(f"?sort={sort}" for sort in ("newest", "supported", "discussed", "random", "closing")),
    *(f"?status={key}" for key in ("open", "considered", "carried_out", "answered", "ended")),
    "?area=lyngdal&category=trafik&q=havnen&status=all",
)


def _route(name: str, *, more: str = "") -> Callable[[World, Case], list[str]]:
    return lambda world, case: [case.url(name, case.obj.reference) + more]


def _page(*queries: str, name: str = "index_route") -> Callable[[World, Case], list[str]]:
    return lambda world, case: [case.url(name) + query for query in queries]


def _thanks(salt: str) -> Callable[[World, Case], list[str]]:
    def address(world: World, case: Case) -> list[str]:
        signed = signing.dumps(case.obj.pk, salt=salt)
        return [case.url("thanks", signing.b64_encode(signed.encode()).decode())]

    return address


def _ours(name: str) -> Callable[[World, Case], list[str]]:
    return lambda world, case: [reverse(f"borgerdialog:{name}", args=[case.obj.reference])]


def _of_page(name: str) -> Callable[[World, Case], list[str]]:
    return lambda world, case: [
        reverse(f"borgerdialog:{name}", args=[case.page.stored_activity.pk])
    ]


def _comment(world: World, case: Case) -> list[str]:
    """The form, and as a reply to each comment: only what everybody reads is quoted."""
    plain = reverse("borgerdialog:comment", args=[case.obj.reference])
    return [plain, f"{plain}?parent={case.parts['comment'].pk}"]


def _report(world: World, case: Case) -> list[str]:
    """The form, about the text and about a comment on it."""
    plain = reverse("borgerdialog:report", args=[case.obj.reference])
    return [plain, f"{plain}?comment={case.parts['comment'].pk}"]


def _file(world: World, case: Case) -> list[str]:
    return [reverse("borgerdialog:file", args=[case.parts["file"].uuid])]


def _link(purpose: str, *parts: str) -> Callable[[World, Case], list[str]]:
    def address(world: World, case: Case) -> list[str]:
        return [
            links.link_url(purpose, obj, site=case.obj.site)
            for obj in (case.parts.get(part) if part else case.obj for part in parts)
            if obj is not None
        ]

    return address


def _unfollow(world: World, case: Case) -> list[str]:
    follow = case.parts["follow"]
    return [unfollow_url([follow], site=case.obj.site, language="da")]


def _public_row(
    kind: str, name: str, expect: Callable[[Role, Case], Statuses], **more: object
) -> tuple[str, Row]:
    return f"{kind}:{name}", Row((kind,), _route(name), expect, **more)


def _staff_rows(
    name: str, about: tuple[str, ...], rights: tuple[str, ...], *, parts: tuple[str, ...] = ()
) -> dict[str, Row]:
    """The list, its results and its exports, and the screen of one row."""
    space = f"borgerdialog_{name}"

    def lists(world: World, case: Case) -> list[str]:
        url = reverse(f"{space}:list")
        return [url, f"{url}?q=havnen", f"{url}?export=csv", f"{url}?export=xlsx"]

    def results(world: World, case: Case) -> list[str]:
        return [reverse(f"{space}:list_results")]

    def items(world: World, case: Case) -> list[str]:
        return [reverse(f"{space}:item", args=[obj.pk]) for obj in _objects(case, parts)]

    return {
        f"{space}:list": Row(about, lists, staff(*rights), is_staff=True, each="once"),
        f"{space}:list_results": Row(about, results, staff(*rights), is_staff=True, each="once"),
        f"{space}:item": Row(
            about,
            items,
            staff_on(*rights),
            is_staff=True,
            each="sample" if parts else "case",
            roles=DECIDERS | {"neighbour", "editor"},
        ),
    }


def _queue_rows() -> dict[str, Row]:
    """The work queue: a list whose rows lead to the screens of the cases themselves."""
    rows = _staff_rows("queue", KINDS, (SEE,), parts=("case",))
    del rows["borgerdialog_queue:item"]
    return rows


def _objects(case: Case, parts: tuple[str, ...]) -> list[object]:
    if not parts:
        return [case.obj]
    return [case.parts[part] for part in parts if part in case.parts]


def _action_rows(
    name: str,
    about: tuple[str, ...],
    actions: dict[str, tuple[str, ...]],
    *,
    parts: tuple[str, ...] = (),
) -> dict[str, Row]:
    def address(action: str) -> Callable[[World, Case], list[str]]:
        return lambda world, case: [
            reverse(f"borgerdialog_{name}:action", args=[obj.pk, action])
            for obj in _objects(case, parts)
        ]

    return {
        f"action:{name}:{action}": Row(
            about, address(action), decision(*rights), ACT, "sample", is_staff=True, roles=DECIDERS
        )
        for action, rights in actions.items()
    }


def _bulk_rows(
    label: str, about: tuple[str, ...], rights: dict[str, str], *, parts: tuple[str, ...] = ()
) -> dict[str, Row]:
    app_label, model = label.split(".")

    def address(action: str) -> Callable[[World, Case], list[str]]:
        def build(world: World, case: Case) -> list[str]:
            url = reverse("wagtail_bulk_action", args=[app_label, model, action])
            ids = [
                obj.pk for one in world.cases if one.kind in about for obj in _objects(one, parts)
            ]
            return [f"{url}?{'&'.join(f'id={pk}' for pk in ids)}"]

        return build

    return {
        f"bulk:{label}:{action}": Row(
            about, address(action), staff(right), ACT, is_staff=True, each="once"
        )
        for action, right in rights.items()
    }


def _snippet_rows(label: str, *, copies: bool = False) -> dict[str, Row]:
    """Wagtail's own screens of what editors configure."""
    app_label, name = label.split(".")
    space = f"wagtailsnippets_{app_label}_{name}"
    chooser = f"wagtailsnippetchoosers_{app_label}_{name}"
    model = apps.get_model(label)
    plain = ("list", "list_results", "add")
    of_one = ("edit", "delete", "usage", "history", "history_results", *(["copy"] * copies))
    choosing = ("choose", "choose_results", "chosen", "chosen_multiple", "create")

    def on(address: str, *, with_pk: bool) -> Callable[[World, Case], list[str]]:
        def build(world: World, case: Case) -> list[str]:
            pk = [model.objects.order_by("pk").first().pk] if with_pk else []
            return [reverse(address, args=pk)]

        return build

    names = {f"{space}:{one}": False for one in plain}
    names |= {f"{space}:{one}": True for one in of_one}
    names |= {f"{chooser}:{one}": one == "chosen" for one in choosing}

    def delete(world: World, case: Case) -> list[str]:
        url = reverse("wagtail_bulk_action", args=[app_label, name, "delete"])
        return [f"{url}?id={model.objects.order_by('pk').first().pk}"]

    rows = {
        address: Row(
            ("ideas",),
            on(address, with_pk=with_pk),
            config,
            ACT,
            "once",
            is_staff=True,
            roles=CONFIGURERS,
        )
        for address, with_pk in names.items()
    }
    rows[f"bulk:{label}:delete"] = Row(
        ("ideas",), delete, config, ACT, "once", is_staff=True, roles=CONFIGURERS
    )
    return rows


MODERATING = dict.fromkeys(("publish", "reject", "restore", "hide", "remove"), (MODERATE,))
WORKING = {
    "status": (ANSWER,),
    "journalise": (ANSWER,),
    "assign": (ANSWER,),
    "promise": (ANSWER,),
    "pause": (ANSWER,),
    "resume": (ANSWER,),
    "supports": (ENTER,),
    "takeback": (ENTER,),
    **dict.fromkeys(("paperlist", "countersign", "voidlist"), (ENTER,)),
    **dict.fromkeys(("merge", "unmerge"), (ANSWER,)),
    "place": (MODERATE, ANSWER),
    **dict.fromkeys(("answer", "approveanswer", "publishanswer", "changeanswer"), (ANSWER,)),
    "note": (ANSWER,),
}
ANSWER_ALL = dict.fromkeys(
    ("borgerdialog_answer", "borgerdialog_approve_answer", "borgerdialog_publish_answer"), ANSWER
)
COMMENTS = ("comment", *(f"{state} comment" for state in ("draft", "pending", *DECISIONS)))
OFFERS = ("offer", "draft offer", "pending offer", "hidden offer")
ADDENDA = ("addendum", "pending addendum", "hidden addendum")


def _once(name: str) -> Callable[[World, Case], list[str]]:
    return lambda world, case: [reverse(name)]


def _secret(world: World, case: Case) -> list[str]:
    name = "wagtailsnippets_borgerdialog_notifications_webhook:secret"
    return [reverse(name, args=[world.webhook.pk])]


def _answers(role: Role, case: Case) -> Statuses:
    return OK


def _record(kind: str) -> Callable[[World, Case], list[str]]:
    return lambda world, case: [reverse(f"borgerdialog_journal_{kind}", args=[case.obj.pk])]


def _mail(world: World, case: Case) -> list[str]:
    from wagtail_borgerdialog.models import OutgoingMail

    mails = OutgoingMail.objects.filter(event=f"{case.obj.pk}:test")
    return [reverse("borgerdialog_mails:mail", args=[mail.pk]) for mail in mails]


def _mails_of_site(role: Role, case: Case) -> Statuses:
    # Mails belong to a site, not to a page: whoever looks after one of its pages sees them.
    same_site = OURS | {"elsewhere"} if case.place != "neighbour" else {"neighbour"}
    may = MAILS in role.rights and not role.places.isdisjoint(same_site)
    return OK if may else REFUSED


ROWS: dict[str, Row] = {
    # Citizens: what is on the pages.
    "ideas:index_route": Row(("ideas",), _page("?status=all"), page, each="page"),
    "proposals:index_route": Row(("proposals",), _page("?status=all"), page, each="page"),
    "ideas:similar": Row(("ideas",), _page("?q=ved+havnen", name="similar"), page, each="page"),
    "ideas:new": Row(("ideas",), _page("", name="new"), page, ACT, each="page"),
    "proposals:new": Row(("proposals",), _page("", name="new"), page, ACT, each="page"),
    **dict(
        [
            _public_row("ideas", "idea", detail),
            _public_row("ideas", "help", below_visible, methods=ACT, roles=ACTORS),
            _public_row("ideas", "withdraw", own, methods=ACT, roles=ACTORS),
            _public_row("proposals", "proposal", detail),
            _public_row("proposals", "manage", own, methods=ACT, roles=ACTORS),
            _public_row("proposals", "add", own, methods=ACT, roles=ACTORS),
        ]
    ),
    "ideas:thanks": Row(
        ("ideas",),
        _thanks("wagtail_borgerdialog.ideas.receipt"),
        receipt,
        ACT,
        roles=BEARERS,
        holder="author",
    ),
    "proposals:thanks": Row(
        ("proposals",),
        _thanks("wagtail_borgerdialog.proposals.receipt"),
        receipt,
        roles=BEARERS,
        holder="author",
    ),
    # Citizens: what is done outside the page tree.
    "borgerdialog:support": Row(KINDS, _ours("support"), acting, ACT, roles=ACTORS),
    "borgerdialog:support_sent": Row(
        KINDS, _ours("support_sent"), acting, each="sample", roles=BEARERS
    ),
    "borgerdialog:comment": Row(KINDS, _comment, acting, ACT, roles=ACTORS),
    "borgerdialog:comment_sent": Row(
        KINDS, _ours("comment_sent"), acting, each="sample", roles=BEARERS
    ),
    "borgerdialog:comment_waiting": Row(
        KINDS, _ours("comment_waiting"), acting, each="sample", roles=BEARERS
    ),
    "borgerdialog:report": Row(KINDS, _report, acting, ACT, roles=ACTORS),
    "borgerdialog:report_sent": Row(
        KINDS, _ours("report_sent"), anything_goes, each="sample", roles=BEARERS
    ),
    "borgerdialog:transparency": Row(
        KINDS,
        lambda world, case: [
            reverse("borgerdialog:transparency") + more
            for more in ("", "?export=csv", "?export=xlsx")
        ],
        anything_goes,
        each="once",
    ),
    "borgerdialog:file": Row(KINDS, _file, file),
    # Everybody: feeds and calendars, which know nobody.
    "borgerdialog:feed_site": Row(KINDS, _once("borgerdialog:feed_site"), _answers, each="once"),
    "borgerdialog:feed_page": Row(KINDS, _of_page("feed_page"), acting, each="page"),
    "borgerdialog:feed_case": Row(KINDS, _ours("feed_case"), acting),
    "borgerdialog:calendar_page": Row(KINDS, _of_page("calendar_page"), acting, each="page"),
    "borgerdialog:calendar_case": Row(KINDS, _ours("calendar_case"), acting),
    "borgerdialog:follow": Row(KINDS, _ours("follow"), acting, ACT, roles=ACTORS),
    "borgerdialog:follow_sent": Row(
        KINDS, _ours("follow_sent"), acting, each="sample", roles=BEARERS
    ),
    "borgerdialog:follow_page": Row(
        KINDS, _of_page("follow_page"), acting, ACT, each="page", roles=ACTORS
    ),
    "borgerdialog:follow_page_sent": Row(
        KINDS, _of_page("follow_page_sent"), acting, each="page", roles=BEARERS
    ),
    # Whoever has the key from a mail.
    "link:follow": Row(
        KINDS, _link("follow", "follow"), key, ACT, roles=BEARERS, holder="follower"
    ),
    "link:follows": Row(
        KINDS, _link("follows", "follower"), key, ACT, roles=BEARERS, holder="follower"
    ),
    "borgerdialog:unfollow": Row(KINDS, _unfollow, key, ACT, roles=BEARERS, holder="follower"),
    **{
        name: Row(
            KINDS,
            _link("appeal", "decision"),
            key,
            ACT,
            roles=BEARERS,
            holder="hidden commenter",
        )
        for name in ("link:appeal", "borgerdialog:appeal")
    },
    "link:confirm": Row(KINDS, _link("confirm", ""), key, ACT, roles=BEARERS, holder="author"),
    "link:withdraw": Row(KINDS, _link("withdraw", ""), key, ACT, roles=BEARERS, holder="author"),
    "link:proposal": Row(
        ("proposals",), _link("proposal", ""), author_key, ACT, roles=BEARERS, holder="author"
    ),
    "link:support": Row(
        KINDS,
        _link("support", "pending support"),
        key,
        ACT,
        roles=BEARERS,
        holder="possible supporter",
    ),
    "link:withdraw-support": Row(
        KINDS, _link("withdraw-support", "support"), key, ACT, roles=BEARERS, holder="supporter"
    ),
    "link:merge": Row(KINDS, _link("merge", "merge"), key, ACT, roles=BEARERS, holder="author"),
    "link:move-support": Row(
        KINDS, _link("move-support", "support to move"), key, ACT, roles=BEARERS, holder="supporter"
    ),
    "link:comment": Row(
        KINDS,
        _link("comment", "draft comment"),
        key,
        ACT,
        roles=BEARERS,
        holder="draft commenter",
    ),
    "link:help-offer": Row(
        ("ideas",),
        _link("help-offer", "draft offer"),
        key,
        ACT,
        roles=BEARERS,
        holder="draft helper",
    ),
    "link:coproposer": Row(
        ("proposals",),
        _link("coproposer", "invited co-proposer"),
        key,
        ACT,
        roles=BEARERS,
        holder="invited co-proposer",
    ),
    "link:withdraw-comment": Row(
        KINDS,
        _link("withdraw-comment", "comment"),
        key,
        ACT,
        roles=BEARERS,
        holder="commenter",
    ),
    # One's own page: the author's with a session, and anybody's with the key.
    "borgerdialog:your_page": Row(
        KINDS, _once("borgerdialog:your_page"), _answers, ACT, "sample", holder="author"
    ),
    "borgerdialog:your_page_sent": Row(
        KINDS, _once("borgerdialog:your_page_sent"), _answers, each="once"
    ),
    "borgerdialog:your_page_download": Row(
        KINDS, _once("borgerdialog:your_page_download"), own_page, each="sample", holder="author"
    ),
    "borgerdialog:your_page_delete": Row(
        KINDS, _once("borgerdialog:your_page_delete"), own_page, ACT, "sample"
    ),
    "borgerdialog:your_page_deleted": Row(
        KINDS, _once("borgerdialog:your_page_deleted"), _answers, each="once"
    ),
    # Staff.
    **_staff_rows("ideas", ("ideas",), (SEE,)),
    **_staff_rows("proposals", ("proposals",), (SEE,)),
    **_staff_rows("comments", KINDS, (TALK,), parts=COMMENTS),
    **_staff_rows("reports", KINDS, (MODERATE,), parts=("reported",)),
    **_staff_rows("appeals", KINDS, (MODERATE,), parts=("appeal",)),
    **_staff_rows("help", ("ideas",), (TALK,), parts=OFFERS),
    **_staff_rows("addenda", ("proposals",), (MODERATE,), parts=ADDENDA),
    "borgerdialog_ideas:enter": Row(
        ("ideas",), _once("borgerdialog_ideas:enter"), staff(ENTER), ACT, "once", is_staff=True
    ),
    "borgerdialog_proposals:enter": Row(
        ("proposals",),
        _once("borgerdialog_proposals:enter"),
        staff(ENTER),
        ACT,
        "once",
        is_staff=True,
    ),
    "borgerdialog_mails:list": Row(
        KINDS, _once("borgerdialog_mails:list"), staff(MAILS), each="once", is_staff=True
    ),
    "borgerdialog_mails:list_results": Row(
        KINDS, _once("borgerdialog_mails:list_results"), staff(MAILS), each="once", is_staff=True
    ),
    "borgerdialog_mails:mail": Row(KINDS, _mail, _mails_of_site, ACT, is_staff=True),
    **_action_rows("ideas", ("ideas",), {**MODERATING, **WORKING, "refine": (ANSWER,)}),
    **_action_rows(
        "proposals",
        ("proposals",),
        {
            **{name: MODERATING[name] for name in ("restore", "hide", "remove")},
            **WORKING,
            "check": (CHECK,),
        },
    ),
    **_action_rows("comments", KINDS, MODERATING, parts=("pending comment",)),
    **_action_rows(
        "reports",
        KINDS,
        dict.fromkeys(("keep", "hide", "remove"), (MODERATE,)),
        parts=("reported",),
    ),
    **_action_rows(
        "appeals", KINDS, dict.fromkeys(("uphold", "reverse"), (MODERATE,)), parts=("appeal",)
    ),
    **_action_rows("help", ("ideas",), MODERATING, parts=("pending offer",)),
    **_action_rows(
        "addenda",
        ("proposals",),
        {"show": (MODERATE,), "hide": (MODERATE,)},
        parts=("pending addendum",),
    ),
    **_bulk_rows(
        "borgerdialog_ideas.idea",
        ("ideas",),
        {
            "borgerdialog_publish": MODERATE,
            "borgerdialog_reject": MODERATE,
            "borgerdialog_hide": MODERATE,
            "borgerdialog_status": ANSWER,
            **ANSWER_ALL,
        },
    ),
    **_bulk_rows(
        "borgerdialog_proposals.proposal",
        ("proposals",),
        {"borgerdialog_hide": MODERATE, "borgerdialog_status": ANSWER, **ANSWER_ALL},
    ),
    **_bulk_rows(
        "borgerdialog_contributions.comment",
        KINDS,
        {
            "borgerdialog_publish": MODERATE,
            "borgerdialog_reject": MODERATE,
            "borgerdialog_hide": MODERATE,
        },
        parts=COMMENTS,
    ),
    **_bulk_rows(
        "borgerdialog_contributions.reportedtext",
        KINDS,
        {"borgerdialog_keep": MODERATE},
        parts=("reported",),
    ),
    **_bulk_rows(
        "borgerdialog_ideas.helpoffer",
        ("ideas",),
        {
            "borgerdialog_publish": MODERATE,
            "borgerdialog_reject": MODERATE,
            "borgerdialog_hide": MODERATE,
        },
        parts=OFFERS,
    ),
    **_bulk_rows(
        "borgerdialog_proposals.addendum",
        ("proposals",),
        {"borgerdialog_publish": MODERATE, "borgerdialog_reject": MODERATE},
        parts=ADDENDA,
    ),
    **_queue_rows(),
    **_staff_rows("promises", KINDS, (SEE,), parts=("promise",)),
    "borgerdialog_promises:make": Row(
        KINDS, _once("borgerdialog_promises:make"), staff(ANSWER), ACT, "once", is_staff=True
    ),
    **_action_rows(
        "promises",
        KINDS,
        dict.fromkeys(
            ("keep", "report", "move", "operation", "reopen", "break", "drop"), (ANSWER,)
        ),
        parts=("promise",),
    ),
    **_bulk_rows(
        "borgerdialog_followup.promise",
        KINDS,
        dict.fromkeys(("borgerdialog_keep", "borgerdialog_move", "borgerdialog_drop"), ANSWER),
        parts=("promise",),
    ),
    "borgerdialog_effect:index": Row(
        KINDS, _once("borgerdialog_effect:index"), staff(SEE), is_staff=True, each="once"
    ),
    **_bulk_rows(
        "borgerdialog_followup.case", KINDS, {"borgerdialog_assign": ANSWER}, parts=("case",)
    ),
    **_snippet_rows("borgerdialog_followup.unit"),
    **{
        f"borgerdialog_journal_{kind}": Row(
            KINDS, _record(kind), staff_on(ANSWER), frozenset({"GET"}), "sample", is_staff=True
        )
        for kind in ("html", "json")
    },
    **_snippet_rows("borgerdialog.area"),
    **_snippet_rows("borgerdialog.category"),
    **_snippet_rows("borgerdialog_contributions.status"),
    **_snippet_rows("borgerdialog_followup.answertemplate", copies=True),
    **_snippet_rows("borgerdialog_proposals.ruleset", copies=True),
    **_snippet_rows("borgerdialog_people.emaildomainrule"),
    **_snippet_rows("borgerdialog_notifications.webhook"),
    "wagtailsnippets_borgerdialog_notifications_webhook:secret": Row(
        ("ideas",), _secret, config, ACT, "once", is_staff=True, roles=CONFIGURERS
    ),
    "borgerdialog_deliveries:list": Row(
        ("ideas",),
        _once("borgerdialog_deliveries:list"),
        config,
        ACT,
        "once",
        is_staff=True,
        roles=CONFIGURERS,
    ),
}

# One address stands for what has rows of its own: an action of a viewset, a purpose of a link.
COVERED = {
    **{
        f"borgerdialog_{name}:action": f"action:{name}:hide"
        for name in ("ideas", "proposals", "comments", "help", "addenda", "reports")
    },
    "borgerdialog_appeals:action": "action:appeals:uphold",
    "borgerdialog_promises:action": "action:promises:keep",
}


def _wagtail_section(world: World, case: Case) -> list[str]:
    return [
        reverse("wagtailadmin_explore", args=[case.page.get_parent().pk]),
        reverse("wagtailadmin_pages:edit", args=[case.page.pk]),
        reverse("wagtailadmin_pages:delete", args=[case.page.pk]),
        reverse("wagtailadmin_pages:usage", args=[case.page.pk]),
        reverse("wagtailadmin_pages:history", args=[case.page.pk]),
        reverse("wagtailadmin_pages:view_draft", args=[case.page.pk]),
    ]


def _wagtail_once(world: World, case: Case) -> list[str]:
    history = reverse("wagtailadmin_reports:site_history")
    return [
        reverse("wagtailadmin_home"),
        history,
        f"{history}?export=csv",
        f"{history}?label=2026",
        reverse("wagtailadmin_pages:search") + "?q=havnen",
        reverse("wagtailsnippets:index"),
    ]


def _anything(role: Role, case: Case) -> Statuses:
    return OFFERED_OR_NOT | REFUSED


# Other views of the same, and what is not ours where our texts could turn up.
ELSEWHERE = {
    "sorted and filtered": Row(
        KINDS, _page(*LISTS), page, each="page", roles=frozenset({"anonymous"})
    ),
    "the sitemap": Row(KINDS, lambda world, case: ["/sitemap.xml"], _answers, each="once"),
    "pages above": Row(KINDS, lambda w, c: ["/", "/her/", "/der/"], _anything, each="once"),
    "Wagtail's pages": Row(
        KINDS, _wagtail_section, _anything, READ, "page", is_staff=True, roles=EDITORS
    ),
    "Wagtail's reports": Row(KINDS, _wagtail_once, _anything, each="once", is_staff=True),
}
