import Core

/// The one user of the emulator.
enum PersonAnswer {
    static func owner(id: String) -> JSON {
        [
            "id": .string(id), "email": "host@sandbox.example", "name": "Sandbox Host", "first_name": "Sandbox",
            "last_name": "Host", "avatar_url": "https://images.lumacdn.com/avatars/sandbox/host.png",
        ]
    }
}

/// The one calendar of the emulator.
enum CalendarAnswer {
    static let name = "Sandbox Calendar"

    static func calendar(id: String) -> JSON {
        [
            "id": .string(id), "name": .string(name), "slug": .string(SandboxState.calendarSlug),
            "avatar_url": "https://images.lumacdn.com/calendars/sandbox/avatar.png",
            "url": .string("https://luma.com/\(SandboxState.calendarSlug)"),
            "description": "An emulated calendar: nothing here reaches Luma.", "social_image_url": nil,
            "cover_image_url": nil, "is_personal": false, "location": nil, "coordinate": nil, "instagram_handle": nil,
            "twitter_handle": nil, "youtube_handle": nil, "website": nil, "tint_color": nil, "tiktok_handle": nil,
            "linkedin_handle": nil,
        ]
    }
}
