"""The endpoint's client against a real server: what it asks, what it waits for, and that the key stays where it is."""

import email.utils
import json
import logging
import time
import traceback

import pytest
from chat_server import Reply, serve

from dfc_core.errors import DfcError
from dfc_core.label.endpoint import Endpoint, EndpointConfig, NoAnswerError
from dfc_core.label.replies import ReplyError, read_json

KEY = "sk-very-secret-0123456789"
MESSAGES = [{"role": "user", "content": "where?"}]
GOOD = Reply({"a": 1})


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("DFC_API_KEY", KEY)


def read_a(value):
    if not isinstance(value, dict) or value.get("a") != 1:
        raise ValueError(f"no a in {value}")
    return value["a"]


def ask(chat, waits=None, **settings):
    waits = [] if waits is None else waits
    config = EndpointConfig(chat.url, "tiny", **{"timeout_s": 5.0, "attempts": 4, **settings})
    return Endpoint(config, waits.append).ask(MESSAGES, read_a, "question 1")


def test_a_question_is_a_chat_completion_with_the_key_as_bearer():
    with serve(lambda request, number: GOOD) as chat:
        assert ask(chat, temperature=0.5) == 1
    assert chat.requests == [{"model": "tiny", "messages": MESSAGES, "temperature": 0.5}]
    assert chat.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_without_a_key_no_header_is_sent_and_the_second_variable_serves_too(monkeypatch):
    with serve(lambda request, number: GOOD) as chat:
        monkeypatch.delenv("DFC_API_KEY")
        ask(chat)
        monkeypatch.setenv("OPENAI_API_KEY", "other")
        ask(chat)
    assert "Authorization" not in chat.headers[0]
    assert chat.headers[1]["Authorization"] == "Bearer other"


PASSING_FAULTS = {
    "rate-limited": Reply(status=429),
    "server": Reply(status=503, body=b"upstream is away"),
    "malformed": Reply("I think it is at the top."),
    "malformed reply": Reply(body=b"<html>not json"),
    "malformed shape": Reply(body=b'{"error": {"message": "overloaded"}}'),
    "malformed empty": Reply(None),
    "malformed answer": Reply({"b": 2}),
    "refused": Reply(None, refusal="I cannot help with that"),
    "refused filter": Reply("", finish="content_filter"),
    "truncated": Reply('{"a": 1', finish="length"),
    "connection": Reply(hang_up=True),
    "connection broken": Reply({"a": 1}, headers={"Content-Length": "100000"}),
}


@pytest.mark.parametrize("name", PASSING_FAULTS)
def test_a_passing_fault_is_tried_again(name):
    with serve(lambda request, number: PASSING_FAULTS[name] if number < 2 else GOOD) as chat:
        waits = []
        assert ask(chat, waits) == 1
    assert len(chat.requests) == 3
    # 1 s, then 2 s, each shortened by up to half
    assert 0.5 <= waits[0] <= 1
    assert 1 <= waits[1] <= 2


@pytest.mark.parametrize("name", PASSING_FAULTS)
def test_a_lasting_fault_ends_after_the_last_attempt_and_says_of_what_kind_it_was(name):
    with serve(lambda request, number: PASSING_FAULTS[name]) as chat, pytest.raises(NoAnswerError) as error:
        ask(chat)
    assert error.value.kind == name.split()[0]
    assert error.value.attempts == len(chat.requests) == 4


def test_a_slow_server_and_one_that_drips_are_timed_out():
    for slow in (Reply({"a": 1}, delay_s=1.0), Reply({"a": 1}, drip_s=0.1)):
        with serve(lambda request, number, slow=slow: slow if number == 0 else GOOD) as chat:
            waits = []
            assert ask(chat, waits, timeout_s=0.3) == 1
        assert (len(chat.requests), len(waits)) == (2, 1)


def test_nobody_listening_is_a_connection_fault():
    with serve(lambda request, number: GOOD) as chat:
        pass
    with pytest.raises(NoAnswerError) as error:
        ask(chat)
    assert error.value.kind == "connection"


def test_the_servers_own_retry_after_is_kept_in_seconds_and_as_a_date():
    date = email.utils.formatdate(time.time() + 90, usegmt=True)
    wishes = ["17", date, "soon"]
    waits = []
    with serve(lambda request, n: Reply(status=429, headers={"Retry-After": wishes[n]}) if n < 3 else GOOD) as chat:
        assert ask(chat, waits) == 1
    assert waits[0] == 17
    assert 85 < waits[1] <= 90
    assert waits[2] <= 4  # not readable: our own


def test_a_server_that_wishes_more_patience_than_there_is_is_not_pressed():
    with (
        serve(lambda request, number: Reply(status=429, headers={"Retry-After": "7200"})) as chat,
        pytest.raises(NoAnswerError) as error,
    ):
        ask(chat)
    assert len(chat.requests) == error.value.attempts == 1


def test_waits_are_the_same_for_the_same_seed_and_question():
    def waits_of(seed):
        waits = []
        with serve(lambda request, number: Reply(status=500)) as chat, pytest.raises(NoAnswerError):
            ask(chat, waits, seed=seed)
        return waits

    assert waits_of(1) == waits_of(1) != waits_of(2)


def test_a_rejected_request_is_not_repeated_and_others_go_on():
    with serve(lambda request, number: Reply(status=400) if number == 0 else GOOD) as chat:
        endpoint = Endpoint(EndpointConfig(chat.url, "tiny"))
        with pytest.raises(NoAnswerError, match="rejected"):
            endpoint.ask(MESSAGES, read_a, "1")
        assert endpoint.ask(MESSAGES, read_a, "2") == 1


def test_after_many_questions_without_an_answer_the_rest_is_not_asked():
    with serve(lambda request, number: Reply(status=500)) as chat:
        endpoint = Endpoint(EndpointConfig(chat.url, "tiny", attempts=1, give_up_after=3))
        kinds = []
        for n in range(5):
            with pytest.raises(NoAnswerError) as error:
                endpoint.ask(MESSAGES, read_a, str(n))
            kinds.append(error.value.kind)
    assert kinds == ["server"] * 3 + ["not-asked"] * 2
    assert len(chat.requests) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 307])
def test_a_wrong_key_model_or_address_is_the_users_mistake(status):
    reply = Reply(status=status, headers={"Location": "http://127.0.0.1:9/"}, body=f"Incorrect API key {KEY}".encode())
    with serve(lambda request, number: reply) as chat, pytest.raises(DfcError, match=str(status)) as error:
        ask(chat)
    assert "DFC_API_KEY" in error.value.message
    assert len(chat.requests) == 1


def test_the_key_is_in_no_exception_and_no_log(monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    echo = Reply(status=500, body=f"your key {KEY}".encode(), headers={"X-Key": KEY})
    wrong = Reply(status=401, body=f"your key {KEY}".encode())
    told = []
    for reply in (echo, wrong, Reply(f"Bearer {KEY}"), Reply(hang_up=True)):
        with serve(lambda request, number, reply=reply: reply) as chat:
            try:
                ask(chat)
            except (NoAnswerError, DfcError):
                told.append(traceback.format_exc())
            told.append(repr(Endpoint(EndpointConfig(chat.url, "tiny"))))
    monkeypatch.setenv("DFC_API_KEY", f"{KEY}\né")
    with serve(lambda request, number: GOOD) as chat, pytest.raises(DfcError, match="no HTTP header") as error:
        ask(chat)
    told.append("".join(traceback.format_exception(error.value)))
    assert len(told) == 9
    assert KEY not in "".join(told) + caplog.text


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"url": "file:///etc/passwd"}, "http://"),
        ({"url": "http://user:pass@host/v1"}, "no user"),
        ({"url": "https://host/v1?key=1"}, "no user, password or query"),
        ({"model": ""}, "name of a model"),
        ({"attempts": 0}, "at least 1"),
    ],
)
def test_a_wrong_config_is_refused(settings, said):
    with pytest.raises(DfcError, match=said) as error:
        EndpointConfig(**{"url": "http://host/v1", "model": "m", **settings})
    assert "pass@" not in error.value.message


ANSWERS = [
    '{"a": 1}',
    'Sure!\n```json\n{"a": 1}\n```\nAnything else?',
    '<think>perhaps {"a": 2}</think> {"a": 1}',
    'As said [above], {"a": 1}',
    '{"b": 2} or rather {"a": 1}',
]


@pytest.mark.parametrize("text", ANSWERS)
def test_words_around_the_json_are_passed_over(text):
    assert read_json(text, read_a) == 1


@pytest.mark.parametrize(
    "text", ["", "none", '{"a": ', '{"a": NaN}', "[" * 100000, '{"x": {"a": 1}, "y": ', "{'a': 1}"]
)
def test_broken_json_is_not_picked_apart(text):
    with pytest.raises(ReplyError) as error:
        read_json(text, read_a)
    assert error.value.kind == "malformed"


def test_text_in_pieces_is_put_together():
    pieces = [{"type": "text", "text": '{"a":'}, {"type": "text", "text": " 1}"}]
    body = json.dumps({"choices": [{"message": {"content": pieces}}]}).encode()
    with serve(lambda request, number: Reply(body=body)) as chat:
        assert ask(chat) == 1
