import Core
import Foundation
import Testing

/// The pages for people, as a browser gets them: the real program, the real `curl`.
@Suite struct PagesJourneyTests {
    @Test func aPageAndItsFilesComeWithoutAToken() async throws {
        let gateway = try await RunningGateway.start(
            .inProcess, environment: ["LUMA_AUTH_TOKENS": "people:read:" + String(repeating: "a", count: 32)])
        let page = try await curl(gateway.address + "/docs")
        #expect(page.status == 200 && page.field("content-type") == "text/html; charset=utf-8")
        #expect(page.field("content-security-policy")?.hasPrefix("default-src 'none'; script-src 'self'; ") == true)
        #expect(page.field("x-content-type-options") == "nosniff")
        #expect(page.field("referrer-policy") == "no-referrer")
        let references = page.body.matches(of: /(?:src|href)="(\/assets\/[^"]+)"/).map { String($0.output.1) }
        #expect(!references.isEmpty)
        for path in references {
            let file = try await curl(gateway.address + path)
            #expect(file.status == 200 && !file.body.isEmpty, "\(path)")
            let tag = try #require(file.field("etag"))
            let known = try await curl("-H", "If-None-Match: \(tag)", gateway.address + path)
            #expect(known.status == 304 && known.body.isEmpty && known.field("etag") == tag)
        }
        #expect(try await curl(gateway.address + "/events/").status == 401)
    }

    @Test func aPageIsAResourceLikeAnyOther() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let page = gateway.address + "/docs"
        let get = try await curl(page)
        #expect(try await curl(page + "/").body == get.body)
        let head = try await curl("-I", page)
        #expect(head.status == 200 && head.body.isEmpty)
        #expect(head.field("content-length") == String(get.body.utf8.count))
        let refused = try await curl("-X", "POST", page)
        #expect(refused.status == 405 && refused.field("allow") == "GET, HEAD, OPTIONS")
        #expect(try await curl("-X", "OPTIONS", page).field("allow") == "GET, HEAD, OPTIONS")
        let missing = try await curl(gateway.address + "/assets/none.js")
        #expect(missing.status == 404 && missing.json?["reason"] == "not_found")
        // Nothing but what is in the table: no folder of the machine is behind it.
        #expect(try await curl("--path-as-is", gateway.address + "/assets/..%2f..%2fetc%2fpasswd").status == 404)
        #expect(try await curl("-H", "Host: evil.example", page).status == 421)
        #expect(try await curl("-H", "Origin: https://evil.example", page).status == 403)
    }
}
