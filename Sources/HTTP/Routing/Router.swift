import Core

/// What a router says about a method and a path.
public enum RouteMatch<Value> {
    case found(Value, RouteParameters)
    /// The path is known. The methods that it answers, OPTIONS always among them: the Allow field (RFC 9110 §15.5.6).
    case methodNotAllowed(allow: [Method])
    case notFound
}

/// The texts that stood where a pattern has `{name}`, percent-decoded.
public struct RouteParameters: Sendable, Equatable {
    private var names: [String] = []
    private var values: [String] = []

    public init() {}

    init(names: [String], values: [String]) {
        self.names = names
        self.values = values
    }

    public var isEmpty: Bool { names.isEmpty }

    /// The value of an open segment, percent-decoded; nil for a name that the pattern has not.
    public subscript(name: String) -> String? { names.firstIndex(of: name).map { values[$0] } }
}

/// Why a route cannot be added.
struct RouteConflict: Error, Equatable {
    let problem: String

    init(_ problem: String) { self.problem = problem }

    init(_ name: String, _ known: String) { problem = "{\(name)} stands where {\(known)} already is" }
}

/// Finds the value of a method and a path, by segments.
///
/// Every pattern answers with and without a slash at its end. A literal segment beats a parameter at the same place, and a
/// parameter that ends in a certain way beats one that may be anything; when the better one leads nowhere the other is
/// tried. HEAD is answered where GET is, unless the route says otherwise. A path that needs no
/// parameter is matched without any allocation.
public struct Router<Value> {
    fileprivate struct Node {
        var literals: [(segment: [UInt8], child: Int)] = []
        var parameter: (name: String, child: Int)?
        /// Parameters that end in this, as in `{event_id}.ics`.
        var suffixed: [(name: String, suffix: [UInt8], child: Int)] = []
        var values: [(method: Method, value: Value)] = []
        /// The names of the parameters on the way here, and how many octets at the end of each are none of it.
        var names: [String] = []
        var suffixLengths: [Int] = []
        var allow: [Method] = []
        var answersHead = true
    }
    private var nodes = [Node()]
    /// The patterns without a parameter, and their nodes: nearly every path of such a pattern is sent letter by letter.
    private var literalPaths: [(path: [UInt8], node: Int)] = []

    public init() {}

    /// Adds a route, at start-up. `{name}` as a whole segment is a parameter, `{name}.suffix` one that ends in this.
    ///
    /// A pattern that contradicts an earlier one stops the program: the same method twice, or two names for the
    /// parameter in the same place.
    /// - Parameter answersHead: false where GET gives no representation that has a head, such as a stream of news.
    public mutating func add(_ method: Method, _ pattern: String, _ value: Value, answersHead: Bool = true) {
        do throws(RouteConflict) {
            try insert(method, pattern, value, answersHead: answersHead)
        } catch {
            preconditionFailure("\(error.problem): \(method.token) \(pattern)")
        }
    }

    /// The same, for a route that may be wrong. After an error the router is not to be used.
    mutating func insert(
        _ method: Method, _ pattern: String, _ value: Value, answersHead: Bool = true
    ) throws(RouteConflict) {
        guard pattern.utf8.first == Octet.slash else { throw RouteConflict("a pattern starts with a slash") }
        guard method != .other, method != .connect else { throw RouteConflict("no route can have this method") }
        var segments = pattern.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if segments.last == "" { segments.removeLast() }
        var index = 0
        var names: [String] = []
        var suffixLengths: [Int] = []
        for segment in segments {
            guard !segment.isEmpty else { throw RouteConflict("an empty segment") }
            if segment.first == "{", let end = segment.firstIndex(of: "}") {
                let name = String(segment[..<end].dropFirst())
                guard !name.isEmpty, !names.contains(name) else {
                    throw RouteConflict("a parameter needs its own name")
                }
                let suffix = segment[end...].dropFirst()
                guard !suffix.contains(where: { "{}%?#".contains($0) }) else {
                    throw RouteConflict("not a literal suffix")
                }
                names.append(name)
                suffixLengths.append(suffix.utf8.count)
                index = try child(of: index, parameter: name, suffix: Array(suffix.utf8))
            } else {
                guard !segment.contains(where: { "{}%?#".contains($0) }) else {
                    throw RouteConflict("not a literal segment")
                }
                index = child(of: index, literal: Array(segment.utf8))
            }
            nodes[index].names = names
            nodes[index].suffixLengths = suffixLengths
        }
        guard !nodes[index].values.contains(where: { $0.method == method }) else { throw RouteConflict("two routes") }
        if names.isEmpty, nodes[index].values.isEmpty {
            literalPaths.append((Array(("/" + segments.joined(separator: "/")).utf8), index))
        }
        nodes[index].values.append((method, value))
        if !answersHead { nodes[index].answersHead = false }
        nodes[index].allow = Self.allow(nodes[index].values.map(\.method), answersHead: nodes[index].answersHead)
    }

    private mutating func child(of index: Int, literal: [UInt8]) -> Int {
        if let known = nodes[index].literals.first(where: { $0.segment == literal }) { return known.child }
        nodes.append(Node())
        nodes[index].literals.append((literal, nodes.count - 1))
        return nodes.count - 1
    }

    private mutating func child(
        of index: Int, parameter name: String, suffix: [UInt8]
    ) throws(RouteConflict) -> Int {
        if !suffix.isEmpty {
            if let known = nodes[index].suffixed.first(where: { $0.suffix == suffix }) {
                guard known.name == name else { throw RouteConflict(name, known.name) }
                return known.child
            }
            nodes.append(Node())
            nodes[index].suffixed.append((name, suffix, nodes.count - 1))
            return nodes.count - 1
        }
        if let known = nodes[index].parameter {
            guard known.name == name else { throw RouteConflict(name, known.name) }
            return known.child
        }
        nodes.append(Node())
        nodes[index].parameter = (name, nodes.count - 1)
        return nodes.count - 1
    }

    private static func allow(_ methods: [Method], answersHead: Bool) -> [Method] {
        Method.allCases.filter { method in
            methods.contains(method) || method == .options
                || (method == .head && answersHead && methods.contains(.get))
        }
    }

    // MARK: Matching

    /// - Parameter path: as it was sent, without the query. `*` is no path and is not found.
    public func match(method: Method, path: UnsafeRawBufferPointer) -> RouteMatch<Value> {
        guard path.first == Octet.slash else { return .notFound }
        var end = path.count
        if end > 2, path[end - 1] == Octet.slash { end -= 1 }
        var starts: [Int] = []
        guard let index = literal(path.part(0, end)) ?? find(path, end == 1 ? 1 : 0, end, at: 0, &starts) else {
            return .notFound
        }
        guard let value = value(at: index, method) else { return .methodNotAllowed(allow: nodes[index].allow) }
        if starts.isEmpty { return .found(value, RouteParameters()) }
        var values: [String] = []
        for (start, suffixLength) in zip(starts, nodes[index].suffixLengths) {
            let segmentEnd = (path.firstOffset(of: Octet.slash, from: start) ?? path.count) - suffixLength
            guard let text = PercentCoding.decode(path.part(start, segmentEnd - start)) else { return .notFound }
            values.append(text)
        }
        return .found(value, RouteParameters(names: nodes[index].names, values: values))
    }

    private func value(at index: Int, _ method: Method) -> Value? {
        for route in nodes[index].values where route.method == method { return route.value }
        return method == .head && nodes[index].answersHead ? value(at: index, .get) : nil
    }

    /// The node of a path that is spelt as its pattern is. Literals come before parameters, so that `find` would find the same.
    private func literal(_ path: UnsafeRawBufferPointer) -> Int? {
        for literal in literalPaths where literal.path.withUnsafeBytes({ $0.isSame(as: path) }) { return literal.node }
        return nil
    }

    /// The node for what is left of the path from the slash at `offset`, and where its parameters start.
    private func find(
        _ path: UnsafeRawBufferPointer, _ offset: Int, _ end: Int, at index: Int, _ starts: inout [Int]
    ) -> Int? {
        if offset >= end { return nodes[index].values.isEmpty ? nil : index }
        let start = offset + 1
        let next = min(path.firstOffset(of: Octet.slash, from: start) ?? end, end)
        let segment = path.part(start, next - start)
        if segment.isEmpty { return nil }
        for literal in nodes[index].literals where Self.matches(segment, literal.segment) {
            if let found = find(path, next, end, at: literal.child, &starts) { return found }
        }
        guard nodes[index].parameter != nil || !nodes[index].suffixed.isEmpty else { return nil }
        starts.append(start)
        for parameter in nodes[index].suffixed where Self.ends(segment, parameter.suffix) {
            if let found = find(path, next, end, at: parameter.child, &starts) { return found }
        }
        if let parameter = nodes[index].parameter, let found = find(path, next, end, at: parameter.child, &starts) {
            return found
        }
        starts.removeLast()
        return nil
    }
}

extension Router {
    /// Whether the segment is more than this suffix and ends in it, as it was sent.
    private static func ends(_ segment: UnsafeRawBufferPointer, _ suffix: [UInt8]) -> Bool {
        let length = segment.count - suffix.count
        return length > 0 && segment.part(length, suffix.count).elementsEqual(suffix)
    }

    /// Whether the segment is this literal once it is decoded, without a copy.
    private static func matches(_ segment: UnsafeRawBufferPointer, _ literal: [UInt8]) -> Bool {
        if segment.count < literal.count { return false }
        var rest = segment.makeIterator()
        for expected in literal {
            guard var byte = rest.next() else { return false }
            if byte == Octet.percent {
                guard let high = rest.next().flatMap(Octet.hexValue), let low = rest.next().flatMap(Octet.hexValue)
                else { return false }
                byte = high << 4 | low
            }
            if byte != expected { return false }
        }
        return rest.next() == nil
    }
}

extension Router: Sendable where Value: Sendable {}
extension Router.Node: Sendable where Value: Sendable {}
