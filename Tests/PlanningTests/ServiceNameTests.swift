import Basics
import Kernel
import Testing

@testable import Planning

@Suite struct ServiceNameTests {
    @Test(arguments: [
        ("/srv/shop", "shop"), ("/srv/shop.example/", "shop.example"), ("/a/Shop_2", "Shop_2"),
        ("/a/my shop", "my-shop"), ("/a/my  (old) shop!", "my-old-shop"), ("/a/.config", "config"),
        ("/a/-x-", "x"), ("/a/b\tc\nd", "b-c-d"), ("/a/café", "caf"), ("/a/..b..", "b"),
    ])
    func `a folder's name is a service's name, but for what none can have`(
        path: String, name: String
    ) {
        #expect(ServiceName.of(folder: ByteString(path)) == name)
    }

    @Test(arguments: ["/", "/a/---", "/a/...", "/srv/магазин", "", "/a/ "])
    func `where nothing of it can be in a name, the path tells it from others`(path: String) {
        let name = ServiceName.of(folder: ByteString(path))
        #expect(name.hasPrefix("folder-") && ServiceName.isValid(name))
        #expect(ServiceName.of(folder: ByteString(path)) == name)
        #expect(ServiceName.of(folder: "/elsewhere\(path)/---") != name)
    }

    @Test func `a name that is too long is cut, and still tells folders apart`() {
        let long = "/a/" + String(repeating: "x", count: 60)
        let name = ServiceName.of(folder: ByteString(long))
        #expect(name.hasPrefix("xxxx") && ServiceName.isValid(name))
        #expect(ServiceName.of(folder: "/b/\(String(repeating: "x", count: 60))") != name)
        let just = String(repeating: "y", count: 48)
        #expect(ServiceName.of(folder: "/a/\(just)") == just)
    }

    @Test func `every folder has a name that is one`() {
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0..<70)).map { _ in UInt8.random(in: 1...255) }
            let path = ByteString(Array("/x/".utf8) + bytes)
            #expect(ServiceName.isValid(ServiceName.of(folder: path)), "\(path.text)")
        }
    }
}
