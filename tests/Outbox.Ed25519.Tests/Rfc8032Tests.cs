using Outbox.Signing;

namespace Outbox.Ed25519.Tests;

/// <summary>The test vectors of RFC 8032, section 7.1.</summary>
public sealed class Rfc8032Tests
{
    private static readonly IEd25519 Ed25519 = StandardWebhooksV1a.Profile.Signature.Ed25519!;

    public static TheoryData<string, string, string, string> Vectors { get; } = new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_published_vectors_are_signed_as_published(string privateKey, string publicKey, string content, string signature)
    {
        var computed = new byte[32];
        var signed = new byte[64];

        Ed25519.ComputePublicKey(Convert.FromHexString(privateKey), computed);
        Ed25519.Sign(Convert.FromHexString(privateKey), Convert.FromHexString(content), signed);

        Assert.Equal(publicKey, Convert.ToHexStringLower(computed));
        Assert.Equal(signature, Convert.ToHexStringLower(signed));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_published_vectors_verify_and_nothing_near_them_does(string privateKey, string publicKey, string content, string signature)
    {
        Assert.NotEmpty(privateKey);
        byte[] key = Convert.FromHexString(publicKey), message = Convert.FromHexString(content), valid = Convert.FromHexString(signature);

        Assert.True(Ed25519.Verify(key, message, valid));
        Assert.False(Ed25519.Verify(key, [.. message, 0], valid));
        for (var i = 0; i < valid.Length; i++)
        {
            byte[] bent = [.. valid];
            bent[i] ^= 1;
            Assert.False(Ed25519.Verify(key, message, bent));
        }
    }

    [Fact]
    public void A_public_key_of_small_order_under_which_anything_would_verify_verifies_nothing()
    {
        var identity = new byte[32];
        identity[0] = 1;

        Assert.False(Ed25519.Verify(identity, "anything"u8, [.. identity, .. new byte[32]]));
        Assert.False(Ed25519.Verify(new byte[32], "anything"u8, new byte[64]));
        Assert.False(Ed25519.Verify(new byte[31], "anything"u8, new byte[64]));
    }
}
