import HTTP
import Testing

@testable import IO

@Suite struct CurlFailureTests {
    /// libcurl's numbers and the cause before and after the request was begun.
    @Test(arguments: [
        (UInt32(1), TransportError.Cause.invalidRequest, TransportError.Cause.malformedResponse), (2, .other, .other),
        (3, .invalidRequest, .invalidRequest), (5, .nameNotResolved, .nameNotResolved),
        (6, .nameNotResolved, .nameNotResolved), (7, .connectionRefused, .connectionRefused),
        (8, .malformedResponse, .malformedResponse), (16, .connectionLost, .connectionLost),
        (18, .connectionLost, .connectionLost), (23, .malformedResponse, .malformedResponse), (27, .other, .other),
        (28, .connectTimeout, .timeout), (35, .tlsFailed, .tlsFailed), (42, .connectionLost, .connectionLost),
        (52, .connectionLost, .connectionLost), (53, .tlsFailed, .tlsFailed), (54, .tlsFailed, .tlsFailed),
        (55, .connectionLost, .connectionLost), (56, .connectionLost, .connectionLost), (58, .tlsFailed, .tlsFailed),
        (59, .tlsFailed, .tlsFailed), (60, .tlsFailed, .tlsFailed), (61, .malformedResponse, .malformedResponse),
        (63, .responseTooLarge, .responseTooLarge), (64, .tlsFailed, .tlsFailed),
        (65, .connectionLost, .connectionLost),
        (66, .tlsFailed, .tlsFailed), (77, .tlsFailed, .tlsFailed), (80, .tlsFailed, .tlsFailed),
        (82, .tlsFailed, .tlsFailed), (83, .tlsFailed, .tlsFailed), (90, .tlsFailed, .tlsFailed),
        (91, .tlsFailed, .tlsFailed), (92, .connectionLost, .connectionLost),
        (97, .connectionRefused, .connectionRefused),
        (98, .tlsFailed, .tlsFailed), (9999, .other, .other),
    ])
    func aCodeHasItsCause(code: UInt32, before: TransportError.Cause, after: TransportError.Cause) {
        let early = CurlFailure.error(number: code, sent: false)
        #expect(early.cause == before)
        #expect(early.neverSent)
        let late = CurlFailure.error(number: code, sent: true)
        #expect(late.cause == after)
        #expect(!late.neverSent)
        #expect(!late.detail.isEmpty)
    }
}
