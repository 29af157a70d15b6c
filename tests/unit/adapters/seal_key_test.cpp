#include <catch2/catch.hpp>

#include <fstream>

#include "croupier/seal.hpp"
#include "adapters/seal_key.hpp"
#include "temporary_folder.hpp"

using namespace croupier;
using adapters::PemSealKey;

namespace {

ledger::DaySealed signed_by(PemSealKey& key)
{
    ledger::DaySealed sealed;
    sealed.head = {.day = 20'000, .ended = true, .size = 17, .root = sha256({}), .key = sha256(key.public_key())};
    sealed.signature = key.sign(seal_message(sealed.head));
    return sealed;
}

}  // namespace

TEST_CASE("seal key: it is made once, for its owner's eyes, and signs what its public half proves", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    const auto file = folder.path() / "seal.pem";
    auto key = PemSealKey::open(file);
    REQUIRE(key);
    const auto sealed = signed_by(**key);
    using std::filesystem::perms;
    CHECK((std::filesystem::status(file).permissions() & (perms::group_all | perms::others_all)) == perms::none);

    const auto published = read_public_key(folder.path() / "seal.pub.pem");
    REQUIRE(published);
    CHECK(seal_holds(*published, sealed));
    std::ifstream text{folder.path() / "seal.pub.pem"};
    CHECK(std::string{std::istreambuf_iterator<char>{text}, {}} == to_pem(*published));

    auto again = PemSealKey::open(file);
    REQUIRE(again);
    CHECK((*again)->public_key() == *published);
    CHECK(seal_holds(*published, signed_by(**again)));

    // One changed bit in what was signed, in the signature or in who signed.
    auto forged = sealed;
    ++forged.head.size;
    CHECK_FALSE(seal_holds(*published, forged));
    forged = sealed;
    forged.signature[3] ^= std::byte{1};
    CHECK_FALSE(seal_holds(*published, forged));
    const fakes::TemporaryFolder elsewhere;
    auto other = PemSealKey::open(elsewhere.path() / "seal.pem");
    CHECK_FALSE(seal_holds((*other)->public_key(), sealed));
}

TEST_CASE("seal key: a file that is none, or that others may read, is refused in a sentence", "[adapters]")
{
    const fakes::TemporaryFolder folder;
    const auto file = folder.path() / "seal.pem";
    REQUIRE(PemSealKey::open(file));
    SECTION("others may read it")
    {
        std::filesystem::permissions(file, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
        CHECK(PemSealKey::open(file).error().find("mode 600") != std::string::npos);
    }
    SECTION("it is no key")
    {
        std::ofstream{file, std::ios::trunc} << "no key";
        CHECK(PemSealKey::open(file).error().find("expected an Ed25519 private key") != std::string::npos);
        CHECK_FALSE(read_public_key(file));
    }
    SECTION("it is the public half")
    {
        std::filesystem::copy_file(
            folder.path() / "seal.pub.pem", file, std::filesystem::copy_options::overwrite_existing);
        std::filesystem::permissions(file, std::filesystem::perms::owner_read);
        CHECK_FALSE(PemSealKey::open(file));
        CHECK(read_public_key(file));
    }
    SECTION("its folder is not there") { CHECK_FALSE(PemSealKey::open(folder.path() / "nowhere/seal.pem")); }
    CHECK_FALSE(read_public_key(folder.path() / "nowhere"));
}
