"""Fields of HTTP, and of what it carries in the lab."""

from __future__ import annotations

from overheard.words.chapter import rfc
from overheard.words.fields.explanation import Explanation

_MESSAGE = rfc(9112, "2.1", "the parts of an HTTP message")
_REQUEST_LINE = rfc(9112, "3", "the first line of a request")
_STATUS_LINE = rfc(9112, "4", "the first line of a response")
_VERSION = rfc(9112, "2.3", "the version in the first line")
_LINE = rfc(9112, "5", "the lines of a header")
_BODY = rfc(9112, "6", "how the end of a body is found")
_METHODS = rfc(9110, "9.3", "the methods, such as GET and POST")
_CODES = rfc(9110, "15", "the status codes")

FIELDS = {
    "http": Explanation(
        "HTTP asks for something by its address, and answers with it: lines of text that anybody on the way can read.",
        _MESSAGE,
    ),
    "http.chat": Explanation("The first line, which Wireshark repeats as a remark.", _MESSAGE),
    "http.request.method": Explanation(
        "What the client wants done: GET asks for something, POST hands something over.", _METHODS
    ),
    "http.request.uri": Explanation(
        "What the client asks for, on this server. An eavesdropper reads it.", _REQUEST_LINE
    ),
    "http.request.version": Explanation("The version of HTTP that the client speaks.", _VERSION),
    "http.request.full_uri": Explanation("The whole address, which Wireshark put together.", _REQUEST_LINE),
    "http.request_number": Explanation("Which request of its connection this is.", _MESSAGE),
    "http.response.version": Explanation("The version of HTTP that the server speaks.", _VERSION),
    "http.response.code": Explanation(
        "How it went, as a number: 200 is well, 404 means that there is no such thing.", _CODES
    ),
    "http.response.code.desc": Explanation("What the number means.", _CODES),
    "http.response.phrase": Explanation("The same in words, for people; programs ignore it.", _STATUS_LINE),
    "http.response_number": Explanation("Which response of its connection this is.", _MESSAGE),
    "http.response_for.uri": Explanation("What was asked for.", _REQUEST_LINE),
    "http.request_in": Explanation("In which frame the request is.", _MESSAGE),
    "http.response_in": Explanation("In which frame the response is.", _MESSAGE),
    "http.time": Explanation("How long the response took.", _MESSAGE),
    "http.request.line": Explanation("A line of the request's header: a name and a value.", _LINE),
    "http.response.line": Explanation("A line of the response's header: a name and a value.", _LINE),
    "http.host": Explanation("For which host the request is: one server may serve several.", rfc(9110, "7.2", "Host")),
    "http.user_agent": Explanation("Which program asks, and its version.", rfc(9110, "10.1.5", "User-Agent")),
    "http.accept": Explanation("Which kinds of content the client understands.", rfc(9110, "12.5.1", "Accept")),
    "http.accept_encoding": Explanation("How the response may be compressed.", rfc(9110, "12.5.3", "Accept-Encoding")),
    "http.connection": Explanation(
        "Whether the connection stays open after this message.", rfc(9110, "7.6.1", "Connection")
    ),
    "http.content_type": Explanation(
        "What kind of content the body is, such as plain text.", rfc(9110, "8.3", "Content-Type")
    ),
    "http.content_length_header": Explanation("How many bytes the body has.", rfc(9110, "8.6", "Content-Length")),
    "http.content_encoding": Explanation("How the body is compressed.", rfc(9110, "8.4", "Content-Encoding")),
    "http.transfer_encoding": Explanation(
        "How the body is cut into parts for the way.", rfc(9112, "6.1", "Transfer-Encoding")
    ),
    "http.server": Explanation("Which program answers.", rfc(9110, "10.2.4", "Server")),
    "http.date": Explanation("When the response was made.", rfc(9110, "6.6.1", "Date")),
    "http.location": Explanation("Where to look instead.", rfc(9110, "10.2.2", "Location")),
    "http.authorization": Explanation("A password or token of the client.", rfc(9110, "11.6.2", "Authorization")),
    "http.file_data": Explanation("The body: what the message is about. In clear, an eavesdropper has it now.", _BODY),
    "data-text-lines": Explanation("The body as text. In clear, an eavesdropper reads it.", _BODY),
    "json": Explanation("The body as JSON: names and values.", rfc(8259, "4", "objects of JSON")),
}
