import Crypto
import IO
import Settings

extension TLSFile {
    /// - Parameter names: the settings that the files come from.
    /// - Throws: a configuration's `StartFailure` that names the setting and the file.
    static func context(
        _ files: Configuration.TLSFiles, _ tickets: TLSTicketKeys,
        named names: (certificate: Setting, key: Setting) = (.tlsCertificate, .tlsKey)
    ) throws(StartFailure) -> TLSServerContext {
        try context(
            certificate: NamedFile(names.certificate.rawValue, files.certificate),
            key: NamedFile(names.key.rawValue, files.key), tickets: tickets)
    }

    /// Reads the certificates to trust for Luma's API.
    static func checkAuthorities(_ configuration: Configuration) throws(StartFailure) {
        guard let path = configuration.caFile else { return }
        try checkAuthorities(NamedFile(Setting.caFile.rawValue, path))
    }
}
