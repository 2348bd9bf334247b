import Testing

@testable import Crypto

/// What a certificate and a key must be, and what is said when they are not.
@Suite struct TLSServerContextTests {
    private func failure(_ certificate: [UInt8], _ key: [UInt8]) throws -> TLSPairError? {
        let tickets = try TLSTicketKeys()
        do throws(TLSPairError) {
            _ = try TLSServerContext(certificate: certificate, key: key, tickets: tickets)
            return nil
        } catch {
            return error
        }
    }

    @Test func aPairIsTakenWithAChainBehindItAndWithTextBetween() throws {
        let (pair, other) = (TestPair.first, TestPair.second)
        #expect(try failure(pair.certificate, pair.key) == nil)
        let chain = Array("Mine:\n".utf8) + pair.certificate + Array("\nIts issuer:\n".utf8) + other.certificate
        #expect(try failure(chain, pair.key) == nil)
    }

    @Test func whatIsWrongWithTheCertificateIsSaid() throws {
        let pair = TestPair.first
        for text in [[], Array("no PEM".utf8), pair.key, pair.certificate.dropLast(40) + []] {
            let error = try #require(try failure(text, pair.key))
            #expect(error.isAboutCertificate, "\(error)")
        }
        #expect(try failure(pair.expired.certificate, pair.key) == .expired)
        let broken = pair.certificate + Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8)
        #expect(try #require(try failure(broken, pair.key)).isAboutCertificate)
        let endless = Array(repeatElement(pair.certificate, count: 40).joined())
        #expect(try #require(try failure(endless, pair.key)).isAboutCertificate)
        let weak = TestPair.weak
        #expect(try #require(try failure(weak.certificate, weak.key)).isAboutCertificate)
    }

    @Test func whatIsWrongWithTheKeyIsSaid() throws {
        let pair = TestPair.first
        #expect(try failure(pair.certificate, TestPair.second.key) == .mismatch)
        #expect(try failure(pair.certificate, TestPair.rsa.key) == .mismatch)
        for text in [[], Array("no PEM".utf8), pair.certificate, pair.encryptedKey] {
            let error = try #require(try failure(pair.certificate, text))
            #expect(!error.isAboutCertificate, "\(error)")
            guard case .key = error else {
                Issue.record("\(error)")
                continue
            }
        }
    }
}
