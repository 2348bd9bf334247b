import IO
import ToolSources

/// The operator's file as it lies there.
struct GrantFile: Sendable {
    /// Nil when there is none.
    var octets: [UInt8]?
    var problem: String?
    /// Where it is.
    var folder: String?

    /// Blocks its thread.
    /// - Parameter isNamed: it was said that there is one.
    init(_ path: String, isStrict: Bool, isNamed: Bool) {
        guard let real = TrustedPath.real(path) else {
            if isNamed { problem = "there is no such file" }
            return
        }
        folder = real.lastIndex(of: "/").map { String(real[..<$0]) }
        if isStrict, let problem = TrustedPath.problem(real) {
            self.problem = "it " + problem
            return
        }
        do throws(SmallFile.Failure) { octets = try SmallFile.bytes(real, limit: PluginGrants.maxBytes) } catch {
            problem = "\(error)"
        }
    }
}
