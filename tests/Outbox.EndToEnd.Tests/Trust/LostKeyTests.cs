using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Outbox.Deliveries;
using Outbox.Endpoints;
using Outbox.Profiles;
using Outbox.Signing;
using Outbox.Testing;
using Outbox.Tests;

namespace Outbox.EndToEnd.Tests.Trust;

public sealed class LostKeyTests : IAsyncLifetime
{
    private const int Unreadable = 42;
    private const int NotAttempted = 23;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly string _key = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]);
    private readonly string _otherKey = Convert.ToBase64String([.. Enumerable.Repeat((byte)2, 32)]);
    private readonly TestClock _clock = new();
    private readonly RecordedLog _log = new();
    private Receiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await Receiver.StartAsync();

    public Task DisposeAsync() => _receiver.DisposeAsync().AsTask();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_key_is_lost_nothing_is_sent_no_try_is_spent_and_everybody_can_see_why(bool otherKey)
    {
        await using var first = await StartAsync(null, outbox => outbox.ProtectSecrets(_key));
        string[] profiles = ["quick", "standard", "topcalls"];
        var endpoints = new List<string>();
        foreach (var profile in profiles)
        {
            var given = profile == "standard" ? null : Platform.Secret;
            endpoints.Add((await first.ListenAsync(_receiver.Url("/" + profile), profile, secret: given)).Endpoint.Id);
        }

        await first.StopAsync();
        var ids = new List<string>();
        await using (var keyless = await StartAsync(first, outbox => _ = otherKey ? outbox.ProtectSecrets(_otherKey) : outbox))
        {
            for (var i = 0; i < 50; i++)
            {
                ids.AddRange((await keyless.EndCallAsync($"call_{i}")).DeliveryIds);
            }

            var waiting = await WaitingAsync(keyless, ids);
            for (var minute = 0; minute < 5; minute++)
            {
                _clock.Advance(Minute);
                await keyless.UntilAsync(() => Task.FromResult(Lines(Unreadable, LogLevel.Error) >= minute + 2));
            }

            waiting = await WaitingAsync(keyless, ids);
            Assert.All(waiting, delivery => Assert.Equal((DeliveryStatus.Waiting, 0, 0), (delivery.Status, delivery.Attempts, delivery.AttemptLog.Count)));
            Assert.All(waiting, delivery => Assert.Contains("ProtectSecrets", delivery.LastError, StringComparison.Ordinal));
            Assert.Equal(endpoints.Order(StringComparer.Ordinal), StatusOf(keyless).Unreadable.Select(unreadable => unreadable.EndpointId).Order(StringComparer.Ordinal));
            var health = await HealthAsync(keyless);
            Assert.Equal((HealthStatus.Unhealthy, (object)3), (health.Status, health.Data["unreadableSecrets"]));
            Assert.InRange(Lines(NotAttempted, LogLevel.Warning), 1, 7);
            Assert.InRange(Lines(Unreadable, LogLevel.Error), 6, 7);
        }

        Assert.Empty(_receiver.All);
        await using var restored = await StartAsync(first, outbox => outbox.ProtectSecrets(_key));
        _clock.Advance(Minute);
        foreach (var id in ids)
        {
            Assert.Equal(1, (await restored.UntilAsync(id, DeliveryStatus.Delivered)).Attempts);
        }

        Assert.Equal(ids.Count, _receiver.All.Count);
        Assert.All(_receiver.All.Where(request => request.Path == "/topcalls"), request => AssertSigned(request, WebhookProfile.TopCalls));
        Assert.Empty(StatusOf(restored).Unreadable);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(restored)).Status);
    }

    [Fact]
    public async Task A_key_vault_that_is_away_costs_no_try_and_deliveries_go_on_without_a_restart_when_it_is_back()
    {
        var vault = new Vault();
        await using var platform = await StartAsync(null, outbox => outbox.Services.AddSingleton<ISecretProtector>(vault));
        var endpoint = (await platform.ListenAsync(_receiver.Url("/quick"))).Endpoint;

        vault.IsAway = true;
        var id = (await platform.EndCallAsync("call_1")).DeliveryIds.Single();
        await WaitingAsync(platform, [id]);
        Assert.Equal([endpoint.Id], StatusOf(platform).Unreadable.Select(unreadable => unreadable.EndpointId));
        Assert.Contains("TimeoutException", StatusOf(platform).Unreadable.Single().Reason, StringComparison.Ordinal);
        vault.IsAway = false;

        await platform.UntilAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(StatusOf(platform).Unreadable.Count == 0);
        });
        Assert.Equal(1, (await platform.UntilAsync(id, DeliveryStatus.Delivered)).Attempts);
        Assert.Contains(_log.Lines, line => line.Event == 43);
    }

    [Fact]
    public async Task An_endpoint_that_is_deleted_while_its_key_is_lost_makes_the_host_well_again()
    {
        var vault = new Vault();
        await using var platform = await StartAsync(null, outbox => outbox.Services.AddSingleton<ISecretProtector>(vault));
        var endpoint = (await platform.ListenAsync(_receiver.Url("/quick"))).Endpoint;
        vault.IsAway = true;
        await WaitingAsync(platform, (await platform.EndCallAsync("call_1")).DeliveryIds);

        await platform.Outbox.Endpoints.DeleteAsync(endpoint.Id);

        await platform.UntilAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(StatusOf(platform).Unreadable.Count == 0);
        });
    }

    [Fact]
    public async Task A_secret_whose_key_is_lost_for_good_can_be_replaced_and_its_endpoint_changed()
    {
        await using var first = await StartAsync(null, outbox => outbox.ProtectSecrets(_key));
        var endpoint = (await first.ListenAsync(_receiver.Url("/old"))).Endpoint;
        await first.StopAsync();

        await using var platform = await StartAsync(first, outbox => outbox.ProtectSecrets(_otherKey));
        var moved = new WebhookEndpoint { Id = endpoint.Id, Scope = WebhookScope.All, Url = _receiver.Url("/new"), Profile = "quick" };
        await platform.Outbox.Endpoints.PutAsync(moved);
        var refusal = await Assert.ThrowsAsync<WebhookValidationException>(() => platform.Outbox.Endpoints.PutAsync(moved with { Profile = "ttma" }));
        var id = (await platform.EndCallAsync("call_1")).DeliveryIds.Single();
        await WaitingAsync(platform, [id]);
        await platform.Outbox.Endpoints.RotateSecretAsync(endpoint.Id, Platform.Secret);
        _clock.Advance(Minute);

        await platform.UntilAsync(id, DeliveryStatus.Delivered);
        Assert.Equal("secret", refusal.Field);
        Assert.Equal("/new", _receiver.All.Single().Path);
        AssertSigned(_receiver.All.Single(), Platform.Quick);
    }

    [Fact]
    public async Task In_Development_plain_text_is_warned_of_at_every_start()
    {
        await using var platform = await StartAsync(null, outbox => { });

        var warning = Assert.Single(_log.Lines, line => line.Event == 40);
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains("plain text", warning.Text, StringComparison.Ordinal);
    }

    private async Task<Platform> StartAsync(Platform? onTheFileOf, Action<IWebhookOutboxBuilder> build) => await Platform.StartAsync(onTheFileOf, build: outbox =>
    {
        build(outbox);
        _log.RecordAll(outbox.Services);
        outbox.Services.AddHealthChecks().AddWebhookOutbox();
        outbox.Services.AddSingleton<TimeProvider>(_clock);
    });

    private async Task<List<DeliveryDetails>> WaitingAsync(Platform platform, IReadOnlyList<string> ids)
    {
        var waiting = new List<DeliveryDetails>();
        foreach (var id in ids)
        {
            waiting.Add(await platform.UntilAsync(id, delivery =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(5));
                return delivery is { Status: DeliveryStatus.Waiting, LastError: not null };
            }));
        }

        return waiting;
    }

    private int Lines(int id, LogLevel level) => _log.Lines.Count(line => line.Event == id && line.Level == level);

    private void AssertSigned(Received request, WebhookProfile profile)
    {
        var verifier = new WebhookVerifier(profile, [Platform.Secret], _clock, TimeSpan.FromHours(1));
        Assert.True(verifier.Verify(request.Body, name => request.Headers.GetValueOrDefault(name)).IsValid);
    }

    private static async Task<HealthReportEntry> HealthAsync(Platform platform) =>
        (await platform.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries.Single().Value;

    private static IWebhookSecretStatus StatusOf(Platform platform) => platform.Services.GetRequiredService<IWebhookSecretStatus>();

    /// <summary>A key vault somewhere else, which is not always there.</summary>
    private sealed class Vault : ISecretProtector
    {
        public bool IsAway { get; set; }

        public byte[] Protect(ReadOnlySpan<byte> plaintext, string purpose) => [.. plaintext.ToArray().Reverse()];

        public byte[] Unprotect(ReadOnlySpan<byte> ciphertext, string purpose) =>
            IsAway ? throw new TimeoutException("the vault does not answer") : [.. ciphertext.ToArray().Reverse()];

        public bool IsCurrent(ReadOnlySpan<byte> ciphertext, string purpose) => true;
    }
}
