"""A form with every kind of field, in Danish, for the style page."""

from django import forms


class EverythingForm(forms.Form):
    use_required_attribute = False

    title = forms.CharField(
        label="Hvad er din idé?",
        help_text="Skriv den, så en nabo forstår den på ti sekunder.",
        max_length=120,
    )
    body = forms.CharField(
        label="Fortæl mere",
        help_text="Hvor er det, hvem får glæde af det, og hvad skal der ske?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    area = forms.ChoiceField(
        label="Område",
        choices=[
            ("", "Vælg et område"),
            ("by", "Vestersø By"),
            ("lyngdal", "Lyngdal"),
            ("klitborg", "Klitborg"),
            ("aakilde", "Åkilde"),
            ("oestermose", "Østermose"),
        ],
    )
    name_display = forms.ChoiceField(
        label="Hvordan skal dit navn stå?",
        help_text="Du kan ændre det senere.",
        choices=[
            ("full", "Mit fulde navn"),
            ("first_area", "Mit fornavn og mit område"),
            ("anonymous", "Kun “en borger”"),
        ],
        widget=forms.RadioSelect,
    )
    help_offers = forms.MultipleChoiceField(
        label="Kan du selv hjælpe?",
        choices=[
            ("hands", "Jeg kan give en hånd med"),
            ("trailer", "Jeg kan tage en trailer med"),
            ("keep", "Jeg kan passe det bagefter"),
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    email = forms.EmailField(
        label="E-mail",
        help_text="Vi skriver til dig, når der sker noget. Adressen bliver ikke vist.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    born = forms.DateField(
        label="Fødselsdato", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    picture = forms.FileField(
        label="Billede",
        help_text="JPEG, PNG eller WebP, højst 10 MB. Vi fjerner, hvor billedet er taget.",
        required=False,
    )
    acknowledged = forms.BooleanField(
        label="Jeg har forstået, at en idé ikke bliver gennemført af sig selv",
        error_messages={"required": "Sæt et flueben, når du har læst, hvad der sker med en idé."},
    )


class FilterForm(forms.Form):
    q = forms.CharField(label="Søg i idéer", required=False)
    area = forms.ChoiceField(
        label="Område", required=False, choices=[("", "Alle områder"), ("klitborg", "Klitborg")]
    )
    category = forms.ChoiceField(
        label="Emne", required=False, choices=[("", "Alle emner"), ("groent", "Grønne områder")]
    )
    sort = forms.ChoiceField(
        label="Rækkefølge",
        required=False,
        choices=[("new", "Nyeste først"), ("supported", "Flest støtter")],
    )
    help_wanted = forms.BooleanField(label="Kun dem, der søger hjælp", required=False)
