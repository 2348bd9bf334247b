import Core
import Foundation
import GatewayAPI
import HTTP
import Testing

@testable import Gateway

/// The files of the pages for people: all of them are served, as what they are, and within their bounds.
@Suite struct StaticFileTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Sources/CAssets").standardizedFileURL

    /// What lies in the folders of pages, by name.
    private static func sources() throws -> [String: [UInt8]] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        let files = names.filter { ["html", "css", "js", "svg"].contains(URL(fileURLWithPath: $0).pathExtension) }
        return Dictionary(
            uniqueKeysWithValues: try files.map {
                (URL(fileURLWithPath: $0).lastPathComponent, Array(try Data(contentsOf: folder.appending(path: $0))))
            })
    }

    @Test func everyFileThatIsThereIsServed() throws {
        let sources = try Self.sources()
        #expect(sources.count > 3)
        // One is made of the names of zones that the whole program knows.
        #expect(StaticFile.all.count == sources.count + 1)
        for file in StaticFile.all where file.path != "/assets/zone-names.json" {
            let name = file.path.split(separator: "/").last.map(String.init) ?? "console"
            let source = sources[name] ?? sources[name + ".html"]
            #expect(source == file.body, "\(file.path)")
        }
    }

    @Test func theNamesOfZonesAreThere() throws {
        let file = try StaticFile.at("/assets/zone-names.json")
        let names = try #require(try JSON.parse(file.body).objectValue)
        #expect(names["munich"] == "Europe/Berlin" && names["san francisco"] == "America/Los_Angeles")
        #expect(names.names == names.names.sorted() && names.names.count == ZoneAliases.all.count)
        #expect(file.mediaType == "application/json")
    }

    @Test func everyPathLeadsToAFile() throws {
        let router = Endpoint.router()
        for file in StaticFile.all {
            let path = Array(file.path.utf8)
            let match = path.withUnsafeBytes { router.match(method: .get, path: $0) }
            guard case .found(let endpoint, _) = match else {
                Issue.record("\(file.path) leads nowhere")
                continue
            }
            #expect(endpoint.isPage && endpoint.isOpen && !endpoint.isWrite, "\(file.path)")
        }
    }

    /// What a page loads is served, and is all on this server.
    @Test func everythingThatAPageLoadsIsThere() throws {
        let reference = try Regex(##"(?:(?:src|href)="|from "|import\(")(/[^"#]*)"##)
        var found = 0
        for file in StaticFile.all where !file.path.hasSuffix(".svg") {
            let text = String(decoding: file.body, as: UTF8.self)
            for match in text.matches(of: reference) {
                let path = String(match.output[1].substring ?? "")
                found += 1
                #expect(path == "/openapi.json" || StaticFile.all.contains { $0.path == path }, "\(file.path): \(path)")
            }
            #expect(!text.contains("innerHTML") && !text.contains("localStorage"), "\(file.path)")
        }
        #expect(found > 30)
    }

    /// A page with all that it loads is small: less than 200 KB, of which scripts share some.
    @Test func allFilesTogetherAreSmall() {
        let pages = StaticFile.all.filter { !$0.path.contains("console") }
        #expect(pages.map(\.body.count).reduce(0, +) < 200_000)
    }

    @Test(arguments: [
        ("/docs", "text/html; charset=utf-8"), ("/assets/theme.css", "text/css; charset=utf-8"),
        ("/assets/dom.js", "text/javascript; charset=utf-8"),
    ])
    func aFileIsToldAsWhatItIs(path: String, type: String) throws {
        let response = try StaticFile.at(path).response(Preconditions())
        #expect(response.status == 200 && !response.body.isEmpty)
        func field(_ name: String) -> String? { response.fields.first { $0.name == name }?.value }
        #expect(field("Content-Type") == type)
        #expect(field("Cache-Control") == "no-cache")
        #expect(field("Referrer-Policy") == "no-referrer")
        #expect(field("ETag")?.hasPrefix("\"") == true)
    }

    @Test func aTextNeverBecomesCode() throws {
        let policy = StaticFile.contentSecurityPolicy
        for directive in ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"] {
            #expect(policy.contains(directive))
        }
        #expect(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains("*"))
    }

    @Test func aTagSaysWhatIsThereAlready() throws {
        let file = StaticFile(path: "/assets/a.js", body: Array("1".utf8))
        let other = StaticFile(path: "/assets/a.js", body: Array("2".utf8))
        func tag(_ response: Response) -> String? { response.fields.first { $0.name == "ETag" }?.value }
        let own = try #require(tag(try file.response(Preconditions())))
        #expect(tag(try other.response(Preconditions())) != own)
        let known = try file.response(Preconditions(ifNoneMatch: "\"x\", \(own)"))
        #expect(known.status == 304 && known.body.isEmpty && tag(known) == own)
        #expect(known.fields.contains(Field("Cache-Control", "no-cache")))
        #expect(try file.response(Preconditions(ifNoneMatch: "\"x\"")).status == 200)
        #expect(try file.response(Preconditions(ifMatch: own)).status == 200)
        let refused = #expect(throws: APIError.self) { try file.response(Preconditions(ifMatch: "\"x\"")) }
        #expect(refused?.status == 412)
        let missing = #expect(throws: APIError.self) { try StaticFile.at("/assets/none.js") }
        #expect(missing?.status == 404)
    }
}
