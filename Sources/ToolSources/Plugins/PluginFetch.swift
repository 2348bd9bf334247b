import Core
import HTTP

extension PluginCommand.Fetch {
    /// What the gateway may fetch for a call: what is granted, as far as the command asks for it.
    func bounded(by granted: FetchRule) -> FetchRule {
        var rule = granted
        rule.maxBytes = min(granted.maxBytes, maxBytes ?? granted.maxBytes)
        rule.types = types.map { type in String(type.prefix { $0 != ";" }).lowercased() }
        return rule
    }
}

extension PluginGrants {
    private static let fetchMembers = [
        "hosts", "private_hosts", "plain_http", "ports", "max_bytes", "max_pixels", "timeout_seconds",
    ]
    private static let maxHosts = 256

    /// The member `fetch` of a plugin. Nil when nothing of it can be used, which is reported.
    static func fetch(_ json: JSON, at place: String, _ reader: inout DocumentReader) -> FetchRule? {
        guard let object = reader.object(json, at: place, known: fetchMembers) else { return nil }
        var rule = FetchRule()
        for (text, place) in texts("hosts", in: object, at: place, &reader) {
            if let hosts = FetchRule.Hosts(text) {
                rule.hosts.append(hosts)
            } else {
                reader.report(place, "must be *, a host, or one with *. before it, such as *.example.org")
            }
        }
        for (text, place) in texts("private_hosts", in: object, at: place, &reader) {
            if let host = HostName(text) {
                rule.privateHosts.append(host)
            } else {
                reader.report(place, "must be one host, such as nas.lan or 10.0.0.8")
            }
        }
        if object["hosts"] == nil, object["private_hosts"] == nil {
            reader.report(place, "names no host: \"hosts\": [\"*\"] means every public one")
        }
        rule.allowsPlainHTTP = reader.boolean("plain_http", in: object, at: place) ?? false
        rule.ports.formUnion(ports(object, at: place, &reader))
        rule.maxBytes =
            reader.integer("max_bytes", in: object, at: place, 1...PluginLimits.maxFetchBytes) ?? rule.maxBytes
        rule.maxPixels =
            reader.integer("max_pixels", in: object, at: place, 1...PluginLimits.maxFetchPixels) ?? rule.maxPixels
        rule.seconds =
            reader.number("timeout_seconds", in: object, at: place, 0.1...PluginLimits.maxFetchSeconds) ?? rule.seconds
        return rule
    }

    private static func texts(
        _ name: String, in object: JSONObject, at place: String, _ reader: inout DocumentReader
    ) -> [(text: String, place: String)] {
        guard let given = object[name] else { return [] }
        let place = JSONPointer.member(name, of: place)
        guard let items = given.arrayValue, items.count <= maxHosts else {
            reader.report(place, "must be an array of at most \(maxHosts) hosts")
            return []
        }
        return items.enumerated().map { ($1.stringValue ?? "", JSONPointer.item($0, of: place)) }
    }

    private static func ports(_ object: JSONObject, at place: String, _ reader: inout DocumentReader) -> [Int] {
        guard let given = object["ports"] else { return [] }
        let ports = given.arrayValue?.compactMap(\.wholeValue).filter { (1...65535).contains($0) } ?? []
        guard let count = given.arrayValue?.count, count == ports.count, count <= 64 else {
            reader.report(place + "/ports", "must be an array of at most 64 whole numbers from 1 to 65535")
            return []
        }
        return ports
    }
}
