/// Reads the text format of Prometheus 0.0.4 strictly, for tests: a family is one piece with its help and type first, a
/// sample is there once, a histogram adds up.
public struct PrometheusText {
    public struct Sample: Sendable {
        public let name: String
        public let labels: [String: String]
        public let value: Double
    }

    /// The type of a page in this format.
    public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    public struct Problem: Error, CustomStringConvertible { public let description: String }

    public private(set) var types: [String: String] = [:]
    public private(set) var samples: [Sample] = []

    public init(_ text: String) throws {
        guard text.isEmpty || text.hasSuffix("\n") else { throw Problem(description: "no line end at the end") }
        var helped: Set<String> = []
        var current = ""
        var seen: Set<String> = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) {
            func fail(_ words: String) -> Problem { Problem(description: "\(words): \(line)") }
            if line.hasPrefix("# ") {
                let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
                guard words.count == 4, Self.isName(words[2]), !words[3].isEmpty else { throw fail("odd comment") }
                if words[1] == "HELP" {
                    guard helped.insert(words[2]).inserted else { throw fail("a second help") }
                    current = words[2]
                } else if words[1] == "TYPE" {
                    guard words[2] == current, types[current] == nil else { throw fail("type without help") }
                    guard ["counter", "gauge", "histogram"].contains(words[3]) else { throw fail("no type") }
                    types[current] = words[3]
                } else {
                    throw fail("neither help nor type")
                }
                continue
            }
            let sample = try Self.sample(line)
            guard let type = types[current] else { throw fail("no type yet") }
            let suffixes = type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
            guard suffixes.contains(where: { current + $0 == sample.name }) else { throw fail("of another family") }
            if type == "counter" {
                guard current.hasSuffix("_total"), sample.value >= 0 else { throw fail("an odd counter") }
            }
            let identity =
                sample.name
                + sample.labels.sorted { $0.key < $1.key }.map { "\u{1}\($0.key)\u{2}\($0.value)" }
                .joined()
            guard seen.insert(identity).inserted else { throw fail("a second time") }
            samples.append(sample)
        }
        for (name, type) in types where type == "histogram" { try check(histogram: name) }
    }

    /// The values of a name whose labels include these.
    public func values(_ name: String, _ labels: [String: String] = [:]) -> [Double] {
        samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }.map(\.value)
    }

    /// By how much the values of a name have grown whose labels include these.
    public func growth(_ name: String, _ labels: [String: String] = [:], since before: PrometheusText) -> Double {
        values(name, labels).reduce(0, +) - before.values(name, labels).reduce(0, +)
    }

    private func check(histogram name: String) throws {
        var buckets: [[String: String]: [(Double, Double)]] = [:]
        for sample in samples where sample.name == name + "_bucket" {
            var labels = sample.labels
            guard let bound = labels.removeValue(forKey: "le").flatMap(Self.number) else {
                throw Problem(description: "\(name) has a bucket without le")
            }
            buckets[labels, default: []].append((bound, sample.value))
        }
        for (labels, list) in buckets {
            for (a, b) in zip(list, list.dropFirst()) where a.0 >= b.0 || a.1 > b.1 {
                throw Problem(description: "\(name) \(labels): buckets do not add up")
            }
            let count = samples.first { $0.name == name + "_count" && $0.labels == labels }
            let sum = samples.first { $0.name == name + "_sum" && $0.labels == labels }
            guard list.last?.0 == .infinity, list.last?.1 == count?.value, sum != nil else {
                throw Problem(description: "\(name) \(labels): no end, count or sum")
            }
        }
    }

    private static func sample(_ line: String) throws -> Sample {
        let problem = Problem(description: "no sample: \(line)")
        let name = String(line.prefix { $0 != "{" && $0 != " " })
        guard isName(name) else { throw problem }
        var rest = line.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                let label = String(rest.prefix { $0 != "=" })
                guard isName(label), !label.contains(":") else { throw problem }
                rest = rest.dropFirst(label.count + 1)
                guard rest.popFirst() == "\"" else { throw problem }
                var value = ""
                while let character = rest.popFirst(), character != "\"" {
                    guard character == "\\" else {
                        value.append(character)
                        continue
                    }
                    switch rest.popFirst() {
                    case "n": value += "\n"
                    case "\\": value += "\\"
                    case "\"": value += "\""
                    default: throw problem
                    }
                }
                guard labels.updateValue(value, forKey: label) == nil else { throw problem }
                if rest.first == "," { rest = rest.dropFirst() } else if rest.first != "}" { throw problem }
            }
            rest = rest.dropFirst()
        }
        guard rest.first == " ", let value = number(String(rest.dropFirst())) else { throw problem }
        return Sample(name: name, labels: labels, value: value)
    }

    private static func number(_ text: String) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: text.allSatisfy { "0123456789.e+-".contains($0) } ? Double(text) : nil
        }
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.first, first.isASCII, first.isLetter || first == "_" || first == ":" else {
            return false
        }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
    }
}
