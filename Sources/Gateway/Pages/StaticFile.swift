import CAssets
import Core
import GatewayAPI
import HTTP

/// A file of the pages for people, which is part of the program. It holds nothing of the calendar: a page fetches that
/// from the REST paths, with the token of whoever looks at it.
struct StaticFile: Sendable {
    let path: String
    let body: [UInt8]
    private let tag: EntityTag?

    init(path: String, body: [UInt8]) {
        self.path = path
        self.body = body
        tag = EntityTag(of: body)
    }

    /// All of them.
    static let all: [StaticFile] = {
        var files: [StaticFile] = []
        var next = lm_assets
        while let asset = next?.pointee, let path = asset.path {
            let body = Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count))
            files.append(StaticFile(path: String(cString: path), body: body))
            next = next?.successor()
        }
        files.append(zoneNames)
        return files
    }()

    /// What people call time zones, for the zone field of a form.
    private static var zoneNames: StaticFile {
        let names = JSONObject(ZoneAliases.all.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        return StaticFile(path: "/assets/zone-names.json", body: JSON.object(names).encoded)
    }

    private static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })

    /// - Throws: `APIError` 404 for a path that no file has.
    static func at(_ path: String) throws(APIError) -> StaticFile {
        guard let file = byPath[path] else { throw APIError.notFound }
        return file
    }

    /// By what the path ends with; a page's path has no such ending.
    var mediaType: String {
        guard let dot = path.lastIndex(of: ".") else { return "text/html; charset=utf-8" }
        return switch path[dot...] {
        case ".css": "text/css; charset=utf-8"
        case ".js": "text/javascript; charset=utf-8"
        case ".json": "application/json"
        case ".svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}

extension StaticFile {
    /// What the files may do in a browser: nothing but load each other and ask this very server. No text becomes code,
    /// neither one in the page nor one that a script makes (Content Security Policy 3, Trusted Types).
    static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    private static let fields = [
        // To be asked for each time, as another version of the program has other files: the tag makes that cheap.
        Field("Cache-Control", "no-cache"),
        Field("Content-Security-Policy", contentSecurityPolicy),
        Field("Cross-Origin-Opener-Policy", "same-origin"),
        Field("Referrer-Policy", "no-referrer"),
    ]

    /// The file, or the 304 that If-None-Match asks for.
    /// - Throws: `APIError` 412 when If-Match does not hold.
    func response(_ conditions: Preconditions) throws(APIError) -> Response {
        try .tagged(body, as: Field("Content-Type", mediaType), tag: tag, fields: Self.fields, conditions)
    }
}
