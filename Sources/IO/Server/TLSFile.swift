import Core
package import Crypto
import Glibc

/// A file and the setting that names it.
package struct NamedFile: Sendable {
    let setting: String
    let path: String

    package init(_ setting: String, _ path: String) {
        self.setting = setting
        self.path = path
    }
}

/// Reads the certificate and the key that settings name. Blocks: never on a loop.
package enum TLSFile {
    /// A certificate is some kilobytes, a chain of them some dozen.
    private static let largest = 1 << 20

    /// - Throws: a configuration's `StartFailure` that names the setting and the file.
    package static func context(
        certificate: NamedFile, key: NamedFile, tickets: TLSTicketKeys
    ) throws(StartFailure) -> TLSServerContext {
        let certificateBytes = try read(certificate)
        let keyBytes = try read(key)
        do throws(TLSPairError) {
            return try TLSServerContext(certificate: certificateBytes, key: keyBytes, tickets: tickets)
        } catch {
            throw failure(error.isAboutCertificate ? certificate : key, "\(error)")
        }
    }

    /// Reads certificates that are to be trusted, so that a file that is not there stops the start and not each call.
    package static func checkAuthorities(_ file: NamedFile) throws(StartFailure) {
        let text = String(decoding: try read(file), as: UTF8.self)
        guard text.contains("-----BEGIN CERTIFICATE-----") else { throw failure(file, "holds no certificate in PEM") }
    }

    private static func read(_ file: NamedFile) throws(StartFailure) -> [UInt8] {
        do throws(SmallFile.Failure) {
            guard let bytes = try SmallFile.bytes(file.path, limit: largest) else {
                throw SmallFile.Failure.system(SystemError("open", code: ENOENT))
            }
            return bytes
        } catch {
            throw failure(file, "cannot be read: \(error)")
        }
    }

    private static func failure(_ file: NamedFile, _ problem: String) -> StartFailure {
        StartFailure(.configuration, "\(file.setting) = \(Neutral.quoted(file.path)): \(problem)")
    }
}
