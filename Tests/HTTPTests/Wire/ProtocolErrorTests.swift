import HTTP
import Testing

@Suite struct ProtocolErrorTests {
    @Test func everyErrorHasAStatusAndALabelOfItsOwn() {
        #expect(Set(ProtocolError.allCases.map(\.label)).count == ProtocolError.allCases.count)
        for error in ProtocolError.allCases {
            #expect((400...599).contains(error.status))
            #expect(
                error.label.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
            #expect(error.who == (error.status == 503 ? .server : .peer))
        }
    }

    @Test(
        arguments: [
            (.requestLineTooLong, 414), (.fieldsTooLarge, 431), (.tooManyFields, 431), (.bodyTooLarge, 413),
            (.unsupportedTransferCoding, 501), (.transferEncodingNotChunked, 400), (.misdirectedRequest, 421),
            (.connectUnsupported, 501), (.unsupportedVersion, 505),
            (.unknownExpectation, 417), (.headTimeout, 408), (.bodyTimeout, 408), (.tooManyConnections, 503),
            (.missingHost, 400), (.contentLengthWithTransferEncoding, 400),
        ] as [(ProtocolError, Int)]) func theStatusIsTheOneOfTheRFC(_ error: ProtocolError, _ status: Int)
    {
        #expect(error.status == status)
    }
}
