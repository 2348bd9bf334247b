import Core
import GatewayAPI
import Settings
import Store

extension DoctorReport {
    /// What is at the address that the gateway is to serve.
    enum Presence: Equatable {
        /// Nothing, and it can be listened on.
        case free
        /// What a gateway says of its health.
        case gateway(JSON)
        /// Something else, by its name if that is known.
        case taken(by: String?)
        /// It cannot be listened on, and why.
        case refused(String)
    }

    /// Whether the gateway can serve, or how the one is that serves already.
    /// - Parameter url: where.
    mutating func addPresence(_ presence: Presence, at url: String) {
        switch presence {
        case .free: add("port", .ok, "\(url) is free")
        case .refused(let words):
            add("port", .failed, words, advice: "Set LUMA_HOST or LUMA_PORT to another.")
        case .taken(let name):
            add(
                "port", .failed, "\(url) is in use by \(name ?? "another program"), which is no gateway",
                advice: "Stop it, or set LUMA_PORT to another port.")
        case .gateway(let health): addRunning(health, at: url)
        }
    }

    /// Whether a document is what a gateway says of its health.
    static func isHealth(_ json: JSON) -> Bool {
        switch json["status"]?.stringValue {
        case "healthy", "degraded": json["version"] != nil
        default: json["details"]?["status"]?.stringValue == "unhealthy"
        }
    }

    private mutating func addRunning(_ health: JSON, at url: String) {
        let words = "a gateway answers at \(url)"
        switch health["status"]?.stringValue {
        case "healthy": add("port", .ok, "\(words), and is healthy")
        case "degraded":
            let cause = health["store"]?["cause"]?.stringValue ?? ""
            add(
                "port", .warning, "\(words), and its store cannot be used: \(ConfigurationError.word(cause))",
                advice: StoreFailure.Cause(rawValue: cause).map(Self.advice) ?? "Look at its log.")
        default:
            let message = health["error"]?.stringValue ?? "it does not say why"
            add(
                "port", .failed, "\(words), and is not healthy: \(Neutral.line(APIError.shortened(message, to: 1000)))",
                advice: "Look at its log, and at what else is said here.")
        }
    }
}
