import Crypto
import IO
import Settings

extension TLSFile {
    /// The certificate that the gateway shows.
    /// - Throws: a configuration's `StartFailure` that names the setting and the file.
    static func context(
        _ files: Configuration.TLSFiles, _ tickets: TLSTicketKeys
    ) throws(StartFailure) -> TLSServerContext {
        try context(
            certificate: NamedFile(Setting.tlsCertificate.rawValue, files.certificate),
            key: NamedFile(Setting.tlsKey.rawValue, files.key), tickets: tickets)
    }

    /// Reads the certificates to trust for Luma's API.
    static func checkAuthorities(_ configuration: Configuration) throws(StartFailure) {
        guard let path = configuration.caFile else { return }
        try checkAuthorities(NamedFile(Setting.caFile.rawValue, path))
    }
}
