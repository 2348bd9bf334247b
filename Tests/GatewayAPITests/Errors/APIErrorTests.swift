import Core
import HTTP
import LumaAPI
import Testing

@testable import GatewayAPI

@Suite struct APIErrorTests {
    @Test(arguments: Reason.allCases) func everyReasonHasTheOneShape(reason: Reason) throws {
        let response = APIError(reason).response(requestID: "r-1")
        #expect(response.status == reason.status)
        #expect((400...599).contains(response.status))
        #expect(response.fields == [Field("Content-Type", "application/json")])
        let body = try JSON.parse(response.body)
        #expect(body.objectValue?.members.map(\.name) == ["error", "code", "reason", "details", "request_id"])
        #expect(body["error"]?.stringValue?.isEmpty == false)
        #expect(body["code"] == .string(String(response.status)))
        #expect(body["reason"] == .string(reason.rawValue))
        #expect(body["details"]?.objectValue != nil)
        #expect(body["request_id"] == "r-1")
        #expect(reason.rawValue.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7a) || $0 == 0x5f })
    }

    @Test(arguments: [
        (0.0, 1), (-5, 1), (0.2, 1), (12, 12), (12.1, 13), (1e300, 86400), (.infinity, 86400),
    ])
    func retryAfterIsWholeSecondsRoundedUp(seconds: Double, shown: Int) throws {
        let response = APIError(.rateLimited, retryAfter: seconds).response(requestID: "r")
        #expect(response.fields.contains(Field("Retry-After", String(shown))))
        let body = try JSON.parse(response.body)
        #expect(body["details"] == ["retry_after_seconds": .number(JSONNumber(shown))])
        #expect(body["error"] == "Rate limit exceeded")
    }

    @Test func aRetryAfterThatIsNoNumberIsLeftOut() {
        #expect(APIError(.rateLimited, retryAfter: .nan).response(requestID: "r").fields.count == 1)
    }

    @Test func aMethodThatIsNotAllowedNamesThoseThatAre() {
        let response = APIError(methodNotAllowed: "GET, HEAD").response(requestID: "r")
        #expect(response.status == 405)
        #expect(response.fields.contains(Field("Allow", "GET, HEAD")))
    }

    @Test(arguments: [
        (ProtocolError.connectUnsupported, "use one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        (.unsupportedTransferCoding, "is not supported: send the body with Content-Length or as chunked"),
    ])
    func whatIsNotImplementedSaysWhatIs(error: ProtocolError, words: String) {
        let body = APIError(error).body(requestID: "r")
        #expect(body["code"] == "501" && body["reason"] == "not_implemented")
        #expect(body["error"]?.stringValue?.contains(words) == true, "\(body)")
        #expect(body["details"]?["problem"] == .string(error.label))
    }

    @Test(arguments: [
        ("{\"a\":1,\"a\":2}", "duplicate name", 7), ("{\"a\":}", "unexpected character", 5),
        ("[1", "unexpected end", 2),
        ("[] x", "unexpected data", 3),
    ])
    func malformedJSONNamesTheOffset(text: String, words: String, offset: Int) throws {
        let error = try #require(throws: JSONError.self) { try JSON.parse(text) }
        let body = APIError(error).body(requestID: "r")
        #expect(body["code"] == "400")
        #expect(body["reason"] == "malformed_json")
        #expect(body["details"]?["offset"]?.intValue == offset)
        #expect(body["details"]?["problem"]?.stringValue?.contains(words) == true)
        #expect(body["details"]?["name"] == (text.contains("2}") ? "a" : nil))
    }

    @Test func aBodyThatIsTooLargeIs413() {
        #expect(APIError(JSONError(.tooLarge, offset: 10)).status == 413)
    }

    @Test func fieldsAreListed() {
        let body = APIError(invalid: [FieldProblem("name", .required), FieldProblem("a.b", "is \"odd\"")])
            .body(requestID: "r")
        #expect(body["code"] == "422")
        #expect(
            body["details"] == [
                "fields": [
                    ["field": "name", "code": "required", "problem": "is required"],
                    ["field": "a.b", "code": "invalid", "problem": "is \"odd\""],
                ]
            ])
    }

    @Test(arguments: [(404, 404), (400, 400), (451, 451), (500, 502), (302, 502), (0, 502)])
    func lumaKeepsItsStatusAndWords(given: Int, status: Int) {
        let error = APIError(
            lumaRefused: given, LumaMessage(message: String(repeating: "x", count: 5000), code: "slug-taken"))
        #expect(error.status == status)
        let luma = error.body(requestID: "r")["details"]?["luma"]
        #expect(luma?["code"] == "slug-taken")
        #expect(luma?["message"]?.stringValue?.count == 1001)
    }
}
