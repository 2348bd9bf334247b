import CCurl
import Glibc

/// libcurl's process-wide part: its start, and where this system keeps the certificates that it trusts.
enum CurlLibrary {
    /// The result of `curl_global_init`, which runs once, on first use.
    ///
    /// CURLOPT_NOSIGNAL keeps libcurl from ignoring SIGPIPE around its own writes, and OpenSSL writes to sockets with
    /// plain write(2): a peer that resets would kill the process, so SIGPIPE is ignored here for good.
    static let started: CURLcode = {
        signal(SIGPIPE, SIG_IGN)
        return curl_global_init_mem(
            Int(CURL_GLOBAL_ALL), LoopMemory.malloc, LoopMemory.free, LoopMemory.realloc, LoopMemory.strdup,
            LoopMemory.calloc)
    }()

    /// Where the trusted certificates are.
    ///
    /// Debian compiles both a bundle and a directory into libcurl. With both set, the bundle's 140 certificates are
    /// parsed anew for each TLS connection, 20–35 ms on the loop's thread. From the hashed directory alone it is about 1 ms;
    /// from the bundle alone libcurl keeps what it has parsed.
    enum Trust: Equatable {
        case directory(String)
        case bundle
    }

    static let trust: Trust = findTrust(in: "/etc/ssl/certs")

    /// A directory counts when `c_rehash` has been over it: it holds an entry like `4a6481c9.0`.
    static func findTrust(in path: String) -> Trust {
        guard let directory = opendir(path) else { return .bundle }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if isSubjectHash(name) { return .directory(path) }
        }
        return .bundle
    }

    private static func isSubjectHash(_ name: [UInt8]) -> Bool {
        name.count >= 10 && name[8] == UInt8(ascii: ".")
            && name[..<8].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            && name[9...].allSatisfy { (0x30...0x39).contains($0) }
    }
}
