import Crypto
import Glibc
import IO

/// Reads the certificate and the key that the settings name. Blocks: never on a loop.
enum TLSFile {
    /// A certificate is some kilobytes, a chain of them some dozen.
    private static let largest = 1 << 20

    /// - Throws: a configuration's `StartFailure` that names the setting and the file.
    static func context(
        _ files: Configuration.TLSFiles, _ tickets: TLSTicketKeys
    ) throws(StartFailure) -> TLSServerContext {
        let certificate = try read(.tlsCertificate, files.certificate)
        let key = try read(.tlsKey, files.key)
        do throws(TLSPairError) {
            return try TLSServerContext(certificate: certificate, key: key, tickets: tickets)
        } catch {
            throw error.isAboutCertificate
                ? failure(.tlsCertificate, files.certificate, "\(error)") : failure(.tlsKey, files.key, "\(error)")
        }
    }

    private static func read(_ setting: Setting, _ path: String) throws(StartFailure) -> [UInt8] {
        do throws(SmallFile.Failure) {
            guard let bytes = try SmallFile.bytes(path, limit: largest) else {
                throw SmallFile.Failure.system(SystemError("open", code: ENOENT))
            }
            return bytes
        } catch {
            throw failure(setting, path, "cannot be read: \(error)")
        }
    }

    private static func failure(_ setting: Setting, _ path: String, _ problem: String) -> StartFailure {
        StartFailure(.configuration, "\(setting.rawValue) = \(ConfigurationError.quoted(path)): \(problem)")
    }
}
