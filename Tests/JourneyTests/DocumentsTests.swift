import Foundation
import Testing

/// What stands in the documents for those who work on the program is there: targets, files, flags.
@Suite struct DocumentsTests {
    static let names: [String] = {
        let folder = Program.root.appendingPathComponent("docs").path
        let pages = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
            + pages.filter { $0.hasSuffix(".md") && $0 != "http-requirements.md" }.map { "docs/" + $0 }.sorted()
    }()

    static func text(_ name: String) throws -> String {
        try String(contentsOf: Program.root.appendingPathComponent(name), encoding: .utf8)
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: Program.root.appendingPathComponent(path).path)
    }

    @Test(arguments: names) func everyTargetThatIsNamedExists(_ name: String) throws {
        let makefile = try Self.text("Makefile")
        for match in try Self.text(name).matches(of: /`(?:[A-Z_]+=\S+ )*make ([a-z-]+)/) {
            #expect(makefile.contains("\n\(match.1):"), "make \(match.1)")
        }
    }

    @Test(arguments: names) func everyLinkLeadsSomewhere(_ name: String) throws {
        let folder = name.contains("/") ? "docs/" : ""
        for match in try Self.text(name).matches(of: /\]\((?!https?:|#)([^)#]+)/) {
            #expect(exists(folder + match.1), "\(match.1)")
        }
        for match in try Self.text(name).matches(of: /\]\((?!https?:)([^)#]*)#([^)]+)\)/) {
            let page = match.1.isEmpty ? name : folder + match.1
            let path = URL(fileURLWithPath: page, relativeTo: Program.root).standardizedFileURL.path
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(Self.anchors(of: text).contains(String(match.2)), "\(page)#\(match.2)")
        }
    }

    /// The names that GitHub gives the headings of a page.
    private static func anchors(of text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
            let heading = line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
            return heading.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }.replacing(" ", with: "-")
        }
    }

    /// No image is built here: the commands are those of the Dockerfile, whose steps `make packaging` does by hand.
    @Test func theCommandsForTheImageAreTheDockerfiles() throws {
        let block = try #require(ReadmeTests.blocks("text", of: "docs/operations.md").first)
        let lines = block.split(separator: "\n")
        #expect(lines.count == 2)
        let dockerfile = try Self.text("Packaging/Dockerfile")
        for line in lines { #expect(dockerfile.contains("#   \(line)\n"), "\(line)") }
    }

    /// The README leads; what is deeper has a page.
    @Test func theReadmeIsShortAndNamesEveryPage() throws {
        let readme = try Self.text("README.md")
        #expect(readme.split(separator: "\n", omittingEmptySubsequences: false).count <= 260)
        #expect(readme.utf8.count <= 10_000)
        for page in ReadmeTests.all where page != "README.md" { #expect(readme.contains("](\(page)"), "\(page)") }
    }

    /// A path starts with a folder of the repository or with a module's.
    @Test(arguments: names) func everyPathThatIsNamedExists(_ name: String) throws {
        let roots = ["Sources", "Tests", "Packaging", "docs", "examples", ".ci"]
        for match in try Self.text(name).matches(of: /`([A-Za-z.]+\/[A-Za-z+.\/-]+)`/) {
            let path = String(match.1)
            let first = String(path.prefix { $0 != "/" })
            guard roots.contains(first) || exists("Sources/" + first) else { continue }
            let candidates = [path, "Sources/" + path, "Sources/" + path + ".swift"]
            #expect(candidates.contains(where: exists), "\(path)")
        }
    }

    /// The command for one suite has the flags of `make test`, so that neither builds everything anew for the other.
    @Test func theCommandForOneSuiteIsThatOfMakeTest() throws {
        let makefile = try Self.text("Makefile")
        let strict = try #require(makefile.firstMatch(of: /\nSTRICT := (.+)/)).1
        let contributing = try Self.text("CONTRIBUTING.md").replacing("\\\n    ", with: "")
        #expect(contributing.contains("swift test \(strict) --disable-xctest --no-parallel --filter "))
        #expect(makefile.contains(" $(SWIFT) test $(STRICT) --disable-xctest $(SIDE_BY_SIDE)\n"))
    }
}
