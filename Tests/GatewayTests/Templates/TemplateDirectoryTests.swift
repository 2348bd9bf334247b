import Foundation
import GatewayAPI
import TestKit
import Testing

@testable import Gateway

@Suite struct TemplateDirectoryTests {
    private static let file = #"{"type": "hack_night", "name": "Hack night", "default_duration_hours": 4}"#

    @Test func aDirectoryOfFiles() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.path(percentEncoded: false)
        try Data(Self.file.utf8).write(to: directory.appending(path: "hack.json"))
        try Data("not a template".utf8).write(to: directory.appending(path: "README.md"))
        #expect(try TemplateCatalog.read(directory: path, zones: SystemZones.database)["hack_night"] != nil)
        try Data([0xff]).write(to: directory.appending(path: "bytes.json"))
        try Data("{".utf8).write(to: directory.appending(path: "cut.json"))
        let error = #expect(throws: TemplateCatalogError.self) {
            try TemplateCatalog.read(directory: path, zones: SystemZones.database)
        }
        #expect(
            error?.problems == [
                "bytes.json: is not UTF-8 text", "cut.json: is not valid JSON: unexpected end of input at byte 1",
            ])
        #expect(throws: TemplateCatalogError.self) {
            try TemplateCatalog.read(directory: path + "/none", zones: SystemZones.database)
        }
    }
}
