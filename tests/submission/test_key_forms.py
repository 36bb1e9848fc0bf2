"""Keys are known by their form and by looking drawn at random; honest texts are let be."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.submission.key_forms import find_keys, keys
from helpers.submission.recording import leaks, secrets_here
from tests.sweeps import sweep

B62 = string.ascii_letters + string.digits
URL64 = B62 + "-_"
HEX = "0123456789abcdef"
AWS = string.ascii_uppercase + "234567"


def draw(seed: int, alphabet: str, length: int) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


# How each provider makes its keys: start, alphabet, length. The texts below are put together here,
# so that no file of this repository holds what looks like a key.
MADE = {
    "anthropic": ("sk-ant-api03-", URL64, 95),
    "anthropic-admin": ("sk-ant-admin01-", URL64, 95),
    "anthropic-oauth": ("sk-ant-oat01-", URL64, 95),
    "openai-old": ("sk-", B62, 48),
    "openai-project": ("sk-proj-", URL64, 156),
    "openai-service": ("sk-svcacct-", URL64, 120),
    "openai-admin": ("sk-admin-", URL64, 120),
    "openrouter": ("sk-or-v1-", HEX, 64),
    "deepseek": ("sk-", HEX, 32),
    "google": ("AIzaSy", URL64, 33),
    "hugging-face": ("hf_", string.ascii_letters, 34),
    "github-classic": ("ghp_", B62, 36),
    "github-oauth": ("gho_", B62, 36),
    "github-app": ("ghs_", B62, 36),
    "github-user": ("ghu_", B62, 36),
    "github-fine": ("github_pat_", B62, 82),
    "gitlab": ("glpat-", URL64, 20),
    "aws": ("AKIA", AWS, 16),
    "aws-session": ("ASIA", AWS, 16),
    "groq": ("gsk_", B62, 52),
    "hugging-face-team": ("api_org_", string.ascii_letters, 34),
    "xai": ("xai-", B62, 80),
    "slack": ("xoxb-", B62, 50),
    "stripe": ("sk_live_", B62, 99),
    "stripe-restricted": ("rk_live_", B62, 99),
    "stripe-public": ("pk_live_", B62, 99),
}
# Where people leave them.
PLACES = (
    'client = Client(api_key="{}")',
    "export ANTHROPIC_API_KEY={}",
    '{{"headers": {{"x-api-key": "{}"}}}}',
    "curl -H 'Authorization: Bearer {}' https://api.example.org/v1",
    "https://example.org/v1/models?key={}&alt=sse",
    "# my key: {}, to be taken out",
    "\x1b[32m{}\x1b[0m\r\n",
    "api_key: {}",
)
TRUE = [
    (name, place) for n, name in enumerate(MADE) for place in (PLACES[n % 8], PLACES[-1 - n % 7])
]


@pytest.mark.parametrize(("name", "place"), TRUE)
def test_a_key_is_found_wherever_it_was_left(name: str, place: str):
    start, alphabet, length = MADE[name]
    key = start + draw(1, alphabet, length)
    text = f"first line\n\n{place.format(key)}\nlast line\n"
    [words] = leaks(text)
    assert words.endswith("line 3")
    assert key[len(start) :][:4] not in words  # what is secret begins behind the start
    if shown := words.partition("(")[2].partition("…")[0]:
        assert len(shown) <= 6 and start.startswith(shown)


@pytest.mark.parametrize("name", sweep(MADE, first=4))
def test_nearly_every_key_that_is_drawn_is_found(name: str):
    """A key can read like words by chance: about two in a thousand of the shortest."""
    start, alphabet, length = MADE[name]
    texts = [f"x = '{start}{draw(seed, alphabet, length)}'" for seed in range(1000)]
    missed = [text for text in texts if len(list(keys(text))) != 1]
    assert len(missed) <= 5
    assert all(len(list(find_keys(text))) == 1 for text in texts)


@pytest.mark.parametrize("start", ["sk-ant-", "sk-ant-api03-", "sk-proj-", "sk-", "ghp_00000000"])
def test_a_row_of_digits_and_letters_is_taken_for_a_key(start: str):
    """It is a placeholder of some people and a key of a test: whoever means none changes a line."""
    [words] = leaks(f"{start}0123456789abcdefABCDEF")
    assert "looks like a key" in words


def test_the_secret_half_of_an_aws_key_is_known_by_its_neighbour():
    secret = draw(3, B62 + "+/", 40)
    named = f"aws_secret_access_key = {secret}\n"
    beside = f"{'AKIA'}{draw(4, AWS, 16)},{secret}\n"
    assert leaks(named) == ["something that looks like a key of AWS, its secret half, line 1"]
    assert len(leaks(beside)) == 2
    assert leaks(f"digest = '{secret}'") == []  # alone it may be anything


FALSE = [
    # names
    "key_from_environment",
    "key_from_environment_or_keychain_or_file",
    "api_key = key_from_the_environment_of_this_process()",
    "sk_learn_pipeline_with_standard_scaler",
    "hf_hub_download_with_progress_bar_and_retries",
    "from_hf_AutoModelForSequenceClassification()",
    "hf_AutoModelForSequenceClassificationWithHead",
    "ghp_request_handler_for_pages",
    "pk_of_the_first_row_in_the_table",
    "rk_four_integrator_with_adaptive_steps",
    "token_bucket_with_refill_rate_per_second",
    "a task-oriented, key-value-store; desk-chair-upholstery",
    "risk-assessment-for-production-systems",
    '<div class="sk-estimator-doc-link sk-toggleable__content">',
    "sk-container-id-1-of-the-second-notebook",
    "AKIAN is no key, nor is AKIACHUKWU",
    "ASIAPACIFICREGION = 'ap-southeast-1'",
    # where a key comes from
    'os.environ["ANTHROPIC_API_KEY"]',
    'key = os.environ.get("OPENAI_API_KEY", "").strip()',
    "export ANTHROPIC_API_KEY=$(security find-generic-password -w -s anthropic)",
    "ANTHROPIC_API_KEY=${ANTHROPIC_API_KEY:?set it first}",
    "aws_secret_access_key = os.environ['AWS_SECRET_ACCESS_KEY']",
    # placeholders
    "sk-your-key-here",
    "sk-ant-your-key-here",
    "sk-ant-api03-your-actual-api-key-goes-here",
    "sk-ant-api03-YOUR_API_KEY_FROM_THE_CONSOLE",
    "sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "sk-ant-XXXXXXXXXXXXXXXXXXXXXXXXXXXX",
    "sk-proj-REPLACE_ME_WITH_YOUR_PROJECT_KEY",
    "sk-proj-YourProjectApiKeyGoesHere123",
    "sk-................................",
    "sk-this-is-not-a-real-key-but-a-placeholder",
    "sk-none and sk-test-key-for-the-mock-server",
    "AIzaSyYOUR_GOOGLE_API_KEY_GOES_HERE_PLEASE",
    "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "hf_YourHuggingFaceTokenGoesHerePlease",
    "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "github_pat_your_token_goes_here_your_token_goes_here",
    "glpat-your-gitlab-token-goes-here",
    "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    # digests and data
    "sha256:" + draw(5, HEX, 64),
    "commit " + draw(6, HEX, 40) + " of the aws secret store",
    "data:image/png;base64," + draw(7, B62 + "+/", 4000) + "==",
    "integrity: sha512-" + draw(8, B62 + "+/", 86) + "==",
    "toolu_01" + draw(9, B62, 22),
    "msg_01" + draw(10, B62, 22) + " req_011" + draw(11, B62, 22),
    "123e4567-e89b-12d3-a456-426614174000",
    "claude-sonnet-4-5-20250929 and gpt-5.4-mini-2026-03-05",
]


@pytest.mark.parametrize("text", FALSE)
def test_an_honest_text_is_let_be(text: str):
    assert leaks(f"first\n{text}\nlast") == []


@given(
    st.lists(st.sampled_from(["key", "from", "sk", "ant", "hf", "token", "the", "run", "2", "api"]))
)
def test_names_made_of_words_are_no_keys(words: list[str]):
    for joint in ("_", "-", "."):
        assert leaks(joint.join(words)) == []


@given(st.text(), st.integers(0, 10**6), st.sampled_from(sorted(MADE)))
def test_no_part_of_a_key_is_ever_repeated(text: str, seed: int, name: str):
    start, alphabet, length = MADE[name]
    body = draw(seed, alphabet, length)
    for words in leaks(f"{text} {start}{body} {text}"):
        assert not any(body[at : at + 6] in words for at in range(length - 6))


def test_an_environments_secrets_are_known_by_whole_words():
    environment = {
        "MY_API_KEY": "one-of-no-form",
        "GITHUB_TOKEN": "two-of-no-form",
        "KEYBOARD_LAYOUT": "us-international",
        "GNOME_KEYRING_CONTROL": "/run/user/1000/keyring",
        "TOKENIZERS_PARALLELISM": "false-or-true",
        "XDG_SESSION": "anything at all",
    }
    found = {secret for secret, instead in secrets_here(environment).items() if instead == "[key]"}
    assert found == {"one-of-no-form", "two-of-no-form"}
    assert leaks("a\nb one-of-\nno-form", secrets_here(environment)) == [
        "a secret of this machine's environment, line 2"
    ]


def test_a_home_folder_is_a_path_and_no_end_of_an_address():
    secrets = {"/home/ann": "~"}
    assert leaks("see /home/ann/agent.py", secrets) == ["the path of your home folder, line 1"]
    assert leaks("https://example.org/home/ann and /home/anna", secrets) == []
