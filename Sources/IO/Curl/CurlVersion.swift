import CCurl

/// Whether the libcurl that the program was started with can do what the program asks of it.
///
/// A shared library is chosen at start, not at build: with one that is too old every transfer would end with "unknown option".
public enum CurlVersion {
    /// 7.87.0 brought CURLOPT_QUICK_EXIT; CURLOPT_PROTOCOLS_STR came with 7.85.0. Two digits of hexadecimal for each part.
    static let oldest: UInt32 = 0x07_57_00

    /// What is wrong with the libcurl that is loaded, and what to do; nil when it is new enough.
    public static var problem: String? {
        guard let version = curl_version_info(CURLVERSION_FIRST) else { return "libcurl tells no version" }
        return problem(of: version.pointee.version_num)
    }

    /// - Parameter version: as libcurl has it in `LIBCURL_VERSION_NUM`, 0xXXYYZZ.
    static func problem(of version: UInt32) -> String? {
        guard version < oldest else { return nil }
        let systems = "as in Debian 12 and Ubuntu 24.04"
        return "libcurl \(text(version)) is too old: \(text(oldest)) or newer is needed, \(systems)"
    }

    private static func text(_ version: UInt32) -> String {
        "\(version >> 16 & 0xFF).\(version >> 8 & 0xFF).\(version & 0xFF)"
    }
}
