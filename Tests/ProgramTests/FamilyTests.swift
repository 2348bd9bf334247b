import GatewayCLI
import Settings
import Testing

@testable import Program

/// The pages of the commands against a gateway: those of a family, and that of each of its commands.
@Suite struct FamilyTests {
    struct Page: CustomTestStringConvertible, Sendable {
        let family: CommandFamily
        var verb: VerbRow?

        var testDescription: String { "\(family.name) \(verb?.name ?? "")" }
        var topic: Help.Topic { .family(family.name, verb?.name) }
    }

    static let pages = CommandFamily.all.flatMap { family in
        [Page(family: family)] + family.verbs.map { Page(family: family, verb: $0) }
    }
    static let verbs = pages.filter { $0.verb != nil }

    @Test(arguments: pages) func helpFits(page: Page) {
        let text = Help.text(page.topic)
        #expect(text.hasPrefix("luma-mcp \(page.family.name)"))
        for line in text.split(separator: "\n") {
            #expect(line.count <= 80, "\(line)")
            #expect(line.last != " ")
        }
        for row in page.verb?.options ?? EventsOptions.common { #expect(text.contains(row.name)) }
        for verb in page.verb == nil ? page.family.verbs : [] {
            #expect(text.contains("\n  luma-mcp \(page.family.name) \(verb.name) "))
        }
        let exits = page.verb?.exits ?? page.family.verbs.flatMap(\.exits)
        for status in exits { #expect(text.contains("\n  \(status.rawValue) ")) }
        #expect(text.contains("\nExamples:\n") && text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
    }

    @Test(arguments: pages) func everyPageIsAskedForInEachWay(page: Page) throws {
        let words = [page.family.name] + (page.verb.map { [$0.name] } ?? [])
        let ways = [["help"] + words, words + ["--help"], words + ["-h"], [words[0], "help"] + words.dropFirst()]
        for way in ways { #expect(try Command.parse(way) == .help(page.topic), "\(way)") }
    }

    /// The examples of the help are command lines that are accepted.
    @Test(arguments: verbs) func examplesAreAccepted(page: Page) throws {
        let verb = try #require(page.verb)
        #expect(!verb.examples.isEmpty)
        for example in verb.examples {
            // Words in quotes are one argument.
            let words = example.line.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap {
                index, part in index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
            }
            #expect(words.prefix(3) == ["luma-mcp", page.family.name, verb.name])
            switch try Command.parse(Array(words.dropFirst())) {
            case .events, .operation: break
            default: Issue.record("\(example.line)")
            }
        }
    }

    @Test(arguments: verbs) func optionNamesAreDistinct(page: Page) {
        let names = (page.verb?.options ?? []).flatMap { [$0.name] + ($0.short.map { [$0] } ?? []) }
        #expect(Set(names).count == names.count, "\(names)")
    }

    /// One word that many options understand is not taken for a value.
    @Test(arguments: verbs) func whatIsNoOptionIsNamed(page: Page) throws {
        let verb = try #require(page.verb)
        let errors = try #require(throws: ConfigurationErrors.self) {
            try Command.parse([page.family.name, verb.name, "--dry-rnu", "--xyzzy"])
        }
        let text = errors.description
        let command = "\(page.family.name) \(verb.name)"
        #expect(
            text.contains(
                "--xyzzy (command line): is not an option of \(command); see luma-mcp help \(command)"), "\(text)")
        if verb.own.contains(where: { $0.name == "--dry-run" }) { #expect(text.contains("did you mean --dry-run?")) }
    }

    @Test(arguments: CommandFamily.all.map(\.name)) func aCommandThatIsNoneIsNamed(name: String) throws {
        let family = try #require(CommandFamily.named(name))
        let verb = try #require(family.verbs.first).name
        let cases: [([String], String)] = [
            ([name], "\(name) (command line): needs a command: \(verb)"),
            ([name, "\(verb.dropLast())x"], "did you mean \(verb)?"),
            ([name, "xyzzy"], "\(name) xyzzy (command line): is not a command; see luma-mcp help \(name)"),
            (["help", name, "xyzzy"], "\(name) xyzzy (command line): is not a command"),
            (["help", name, verb, "x"], "x (command line): is an unexpected argument"),
            (["\(name.dropLast())x"], "is not a command; did you mean \(name)?"),
        ]
        for (arguments, problem) in cases {
            let errors = try #require(throws: ConfigurationErrors.self) { try Command.parse(arguments) }
            #expect(errors.exitCode == 64 && errors.description.contains(problem), "\(errors)")
        }
    }
}
