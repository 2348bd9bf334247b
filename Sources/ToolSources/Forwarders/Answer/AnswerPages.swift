import Core
import HTTP

/// The pages of one answer, put together while they come.
struct AnswerPages {
    /// Octets of all pages, as a multiple of what one may have.
    static let maxTimes = 4

    private let rule: PageRule
    private(set) var body: JSON?
    private var count = 0
    private var octets = 0
    private var seen: Set<String> = []

    init(_ rule: PageRule) { self.rule = rule }

    /// Adds a page.
    /// - Returns: the URL of the next one; nil when there is none, or enough is there.
    mutating func add(
        _ page: JSON, _ answer: OutboundResponse, from url: String, _ forwarder: Forwarder, _ scope: ValueScope
    ) throws(ForwarderFailure) -> String? {
        count += 1
        octets += answer.body.count
        seen.insert(url)
        guard let items = rule.items.value(in: page)?.arrayValue else {
            throw ForwarderFailure(.invalidUpstream, "the service's answer has no list where one is expected")
        }
        let all: [JSON]
        if let body, let before = rule.items.value(in: body)?.arrayValue {
            all = before + items
            self.body = rule.items.replacing(in: body, with: .array(all))
        } else {
            (all, body) = (items, page)
        }
        guard count < rule.max, octets < Self.maxTimes * forwarder.limits.responseBytes,
            all.count < ValueScope.maxItems, try !isEnough(answer, scope)
        else { return nil }
        guard let next = try next(page, answer, from: url, forwarder), seen.insert(next).inserted else { return nil }
        return next
    }

    private func isEnough(_ answer: OutboundResponse, _ scope: ValueScope) throws(ForwarderFailure) -> Bool {
        guard let wanted = rule.wanted, let body else { return false }
        var scope = scope
        scope.answer = .init(status: answer.status, fields: [], body: body)
        return try scope.isComplete(wanted)
    }

    private func next(
        _ page: JSON, _ answer: OutboundResponse, from url: String, _ forwarder: Forwarder
    ) throws(ForwarderFailure) -> String? {
        switch rule.next {
        case .link:
            guard let reference = LinkField.next(answer.fields) else { return nil }
            do throws(ServiceBase.Departure) {
                return try forwarder.base.follow(reference, from: url)
            } catch {
                throw ForwarderFailure(
                    .invalidUpstream, "the service's link to the next page leads to \(error.rawValue)")
            }
        case .cursor(let pointer, let parameter):
            guard let cursor = pointer.value(in: page)?.scalarText, !cursor.isEmpty, cursor != "false" else {
                return nil
            }
            let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            let given = parts.count > 1 ? (try? QueryString(parsing: String(parts[1]), maxItems: 1000)) : QueryString()
            guard var query = given else { return nil }
            query.items.removeAll { $0.name == parameter }
            query.append(parameter, cursor)
            return parts[0] + "?" + query.text
        }
    }
}

/// The field `Link` (RFC 8288 §3).
enum LinkField {
    private static let maxLinks = 50

    /// What the first link with the relation `next` leads to.
    static func next(_ fields: [Field]) -> String? {
        for field in fields where field.name.lowercased() == "link" {
            for link in links(field.value).prefix(maxLinks) where link.relations.contains("next") {
                return link.target
            }
        }
        return nil
    }

    private static func links(_ text: String) -> [(target: String, relations: [String])] {
        var links: [(String, [String])] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">"),
            links.count < maxLinks
        {
            let target = rest[open...].dropFirst().prefix { $0 != ">" }
            rest = rest[close...].dropFirst()
            let end = self.end(of: rest)
            links.append((String(target), relations(rest[..<end])))
            rest = rest[end...]
        }
        return links
    }

    /// Where the next link begins: a comma that is not within quotes.
    private static func end(of text: Substring) -> Substring.Index {
        var isQuoted = false
        return text.firstIndex { character in
            if character == "\"" { isQuoted.toggle() }
            return character == "," && !isQuoted
        } ?? text.endIndex
    }

    /// The values of the first parameter `rel`, in lower case.
    private static func relations(_ parameters: Substring) -> [String] {
        for part in parameters.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1).map { String($0).trimmingBlanks }
            guard pair.count == 2, pair[0].lowercased() == "rel" else { continue }
            return pair[1].lowercased().filter { $0 != "\"" }.split(separator: " ").map(String.init)
        }
        return []
    }
}
