import Crypto
import Glibc
import IO

/// Reads the certificate and the key that the settings name. Blocks: never on a loop.
enum TLSFile {
    /// A certificate is some kilobytes, a chain of them some dozen.
    private static let largest = 1 << 20

    /// - Parameter names: the settings that the files come from.
    /// - Throws: a configuration's `StartFailure` that names the setting and the file.
    static func context(
        _ files: Configuration.TLSFiles, _ tickets: TLSTicketKeys,
        named names: (certificate: Setting, key: Setting) = (.tlsCertificate, .tlsKey)
    ) throws(StartFailure) -> TLSServerContext {
        let certificate = try read(names.certificate, files.certificate)
        let key = try read(names.key, files.key)
        do throws(TLSPairError) {
            return try TLSServerContext(certificate: certificate, key: key, tickets: tickets)
        } catch {
            throw error.isAboutCertificate
                ? failure(names.certificate, files.certificate, "\(error)") : failure(names.key, files.key, "\(error)")
        }
    }

    /// Reads the certificates to trust for Luma's API, so that a file that is not there stops the start and not each call.
    static func checkAuthorities(_ configuration: Configuration) throws(StartFailure) {
        guard let path = configuration.caFile else { return }
        let text = String(decoding: try read(.caFile, path), as: UTF8.self)
        guard text.contains("-----BEGIN CERTIFICATE-----") else {
            throw failure(.caFile, path, "holds no certificate in PEM")
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
