using System.Text;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Deliveries;
using Outbox.EndToEnd.Tests;
using Outbox.Signing;

namespace Outbox.Ed25519.Tests;

/// <summary>Endpoints with key pairs, on a real file and a real receiver.</summary>
public sealed class EndpointTests : IAsyncLifetime
{
    private const string Shared = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly string AtRest = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]);

    private Receiver _receiver = null!;
    private Platform _platform = null!;

    public async Task InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _platform = await Platform.StartAsync(build: outbox => outbox.AddProfile(StandardWebhooksV1a.Profile).ProtectSecrets(AtRest));
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task An_endpoint_without_a_secret_is_given_a_key_pair_and_its_customer_verifies_with_the_public_key()
    {
        var registered = await ListenAsync();
        await _platform.EndCallAsync("call_1");

        var request = await _receiver.NextAsync();

        Assert.Null(registered.GeneratedSecret);
        Assert.Null(registered.Endpoint.SecretHint);
        Assert.StartsWith("whpk_", registered.Endpoint.PublicKey, StringComparison.Ordinal);
        Assert.Equal(registered.Endpoint.PublicKey, (await _platform.Outbox.Endpoints.GetAsync(registered.Endpoint.Id))!.PublicKey);
        Assert.StartsWith("v1a,", request.Headers["webhook-signature"], StringComparison.Ordinal);
        Assert.True(Verifies(request, registered.Endpoint.PublicKey!));
    }

    [Fact]
    public async Task While_an_endpoint_goes_over_to_a_key_pair_both_signatures_stand_in_the_header()
    {
        var id = (await ListenAsync("standard", Shared)).Endpoint.Id;
        var changed = (await _platform.Outbox.Endpoints.PutAsync(Hook("standard-v1a") with { Id = id })).Endpoint;
        var rotated = (await _platform.Outbox.Endpoints.RotateSecretAsync(id))!;
        await _platform.EndCallAsync("call_1");

        var request = await _receiver.NextAsync();

        Assert.Equal("LaSw", changed.SecretHint);
        Assert.Null(rotated.GeneratedSecret);
        Assert.NotNull(rotated.Endpoint.PreviousSecretUntil);
        Assert.Matches("^v1,[^ ]{44} v1a,[^ ]{88}$", request.Headers["webhook-signature"]);
        Assert.True(Verifies(request, rotated.Endpoint.PublicKey!));
        Assert.True(Verifies(request, Shared));
    }

    [Fact]
    public async Task A_rotation_from_one_key_pair_to_the_next_signs_with_both()
    {
        var first = (await ListenAsync()).Endpoint;
        var second = (await _platform.Outbox.Endpoints.RotateSecretAsync(first.Id))!.Endpoint;
        await _platform.EndCallAsync("call_1");

        var request = await _receiver.NextAsync();

        Assert.NotEqual(first.PublicKey, second.PublicKey);
        Assert.True(Verifies(request, first.PublicKey!));
        Assert.True(Verifies(request, second.PublicKey!));
    }

    [Fact]
    public async Task A_private_key_of_ones_own_is_taken_and_shown_to_nobody()
    {
        var key = PrivateKey(seed: 7);

        var registered = await ListenAsync(secret: key);
        await _platform.EndCallAsync("call_1");

        Assert.True(Verifies(await _receiver.NextAsync(), "whpk_" + Convert.ToBase64String(Convert.FromBase64String(key["whsk_".Length..])[32..])));
        Assert.DoesNotContain(key[5..20], $"{registered} {registered.Endpoint}", StringComparison.Ordinal);
        await using var connection = await _platform.ConnectAsync();
        var row = await connection.QuerySingleAsync("SELECT * FROM outbox_endpoint");
        var text = string.Join('\n', ((IDictionary<string, object>)row).Values.Select(value => value is byte[] bytes ? Encoding.Latin1.GetString(bytes) : $"{value}"));
        Assert.DoesNotContain("whsk_", text, StringComparison.Ordinal);
        Assert.DoesNotContain(key[5..20], text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("whsk_AAAA", "64 bytes")]
    [InlineData("whsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", "second half")]
    public async Task A_private_key_that_does_not_hold_together_is_refused(string key, string reason)
    {
        var refusal = await Assert.ThrowsAsync<WebhookValidationException>(() => ListenAsync(secret: key));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_profile_of_shared_secrets_refuses_a_private_key_and_names_the_one_that_takes_it()
    {
        var refusal = await Assert.ThrowsAsync<WebhookValidationException>(() => ListenAsync("standard", PrivateKey(seed: 7)));

        Assert.Contains("standard-v1a", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_with_a_key_pair_goes_back_only_with_a_new_secret()
    {
        var id = (await ListenAsync()).Endpoint.Id;

        var refusal = await Assert.ThrowsAsync<WebhookValidationException>(() => _platform.Outbox.Endpoints.PutAsync(Hook("standard") with { Id = id }));
        var back = await _platform.Outbox.Endpoints.PutAsync(Hook("standard") with { Id = id, Secret = Shared });

        Assert.Contains("Give a new secret", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((null, "LaSw"), (back.Endpoint.PublicKey, back.Endpoint.SecretHint));
    }

    [Fact]
    public async Task A_key_pair_that_still_overlaps_does_not_keep_the_profile_of_shared_secrets_from_sending()
    {
        var id = (await ListenAsync()).Endpoint.Id;
        await _platform.Outbox.Endpoints.RotateSecretAsync(id, Shared);

        var back = await _platform.Outbox.Endpoints.PutAsync(Hook("standard") with { Id = id });
        var delivery = (await _platform.EndCallAsync("call_1")).DeliveryIds.Single();

        Assert.Null(back.Endpoint.PreviousSecretUntil);
        await _platform.UntilAsync(delivery, DeliveryStatus.Delivered);
        Assert.Matches("^v1,[^ ]{44}$", (await _receiver.NextAsync()).Headers["webhook-signature"]);
    }

    [Fact]
    public async Task A_call_is_signed_by_the_key_pair_that_it_is_given()
    {
        var key = PrivateKey(seed: 7);

        var result = await _platform.Services.GetRequiredService<IWebhookCaller>().InvokeAsync(new WebhookCall
        {
            Url = _receiver.Url("/hook"),
            Profile = "standard-v1a",
            Secret = key,
            Event = new WebhookEvent("function.call", new { name = "find_slot" }),
        });

        Assert.True(result.IsSuccess);
        Assert.StartsWith("v1a,", (await _receiver.NextAsync()).Headers["webhook-signature"], StringComparison.Ordinal);
    }

    private Task<EndpointRegistration> ListenAsync(string profile = "standard-v1a", string? secret = null) =>
        _platform.Outbox.Endpoints.PutAsync(Hook(profile) with { Secret = secret });

    private WebhookEndpoint Hook(string profile) => new() { Scope = WebhookScope.All, Url = _receiver.Url("/hook"), Profile = profile };

    private static bool Verifies(Received request, string key) =>
        new WebhookVerifier(StandardWebhooksV1a.Profile, key).Verify(request.Body, name => request.Headers.GetValueOrDefault(name)).IsValid;

    private static string PrivateKey(byte seed)
    {
        byte[] privateKey = [.. Enumerable.Repeat(seed, 32)];
        var publicKey = new byte[32];
        StandardWebhooksV1a.Profile.Signature.Ed25519!.ComputePublicKey(privateKey, publicKey);
        return "whsk_" + Convert.ToBase64String([.. privateKey, .. publicKey]);
    }
}
