using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NSubstitute;
using Outbox.Deliveries;
using Outbox.Diagnostics;
using Outbox.Dispatching;
using Outbox.Endpoints;
using Outbox.Events;
using Outbox.Inspection;
using Outbox.Notices;
using Outbox.Profiles;
using Outbox.Sending;
using Outbox.Signing;
using Outbox.Storage;
using Outbox.Testing;
using Polly;

namespace Outbox.Tests.Dispatching;

public sealed class DispatcherTests : IDisposable
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly TestClock _clock = new();
    private readonly SeededRandom _random = new(1);
    private readonly WebhookOutboxOptions _options = new() { LeaseDuration = TimeSpan.FromMinutes(10) };
    private readonly IOutboxStore _store = Substitute.For<IOutboxStore>();
    private readonly CountingReceiver _receiver = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _secondClaim = new();
    private int _claims;

    [Fact]
    public async Task What_no_hint_told_of_is_looked_for_at_each_sweep()
    {
        ClaimsReturn([]);

        var running = Dispatcher().RunAsync("owner", _stop.Token, CancellationToken.None);
        Assert.Equal(1, _claims);
        _clock.Advance(_options.SweepInterval - TimeSpan.FromSeconds(1));
        Assert.Equal(1, _claims);
        _clock.Advance(TimeSpan.FromSeconds(1));

        await _secondClaim.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task On_a_lease_that_covers_the_attempt_the_request_is_made()
    {
        var settlement = await Executor().ExecuteAsync(Leased(), _clock.GetTimestamp(), CancellationToken.None);

        Assert.Equal(1, _receiver.Requests);
        Assert.Equal(DeliveryStatus.Delivered, settlement.Transition.Status);
    }

    [Fact]
    public async Task No_send_starts_on_a_lease_that_is_too_short_to_finish_it()
    {
        var leasedAt = _clock.GetTimestamp();
        _clock.Advance(_options.LeaseDuration - _options.Sending.LongestAttempt(WebhookProfile.Standard.Timeout) + TimeSpan.FromTicks(1));

        var settlement = await Executor().ExecuteAsync(Leased(), leasedAt, CancellationToken.None);

        Assert.Equal(0, _receiver.Requests);
        Assert.Equal((DeliveryStatus.Waiting, false), (settlement.Transition.Status, settlement.Transition.CountsAttempt));
        Assert.Null(settlement.Attempt);
    }

    [Fact]
    public async Task Each_try_is_signed_anew_for_its_own_time_over_the_same_bytes()
    {
        var verifier = new WebhookVerifier(WebhookProfile.Standard, [Secret], _clock);
        var bodies = new List<byte[]>();
        for (var day = 0; day < 3; day++)
        {
            _clock.Advance(TimeSpan.FromDays(1));
            await Executor().ExecuteAsync(Leased(), _clock.GetTimestamp(), CancellationToken.None);

            Assert.Null(verifier.Verify(_receiver.Body, _receiver.Headers).Reason);
            bodies.Add(_receiver.Body);
        }

        Assert.All(bodies, body => Assert.Equal(bodies[0], body));
    }

    [Fact]
    public async Task What_was_sent_and_waits_to_be_stored_is_not_sent_again_though_the_outage_outlasts_its_lease()
    {
        var database = new InMemoryOutboxStore(_clock);
        await OweAsync(database);
        var (isAway, settlesFail, claims) = (false, true, 0);
        _store.ClaimAsync(default!, default).ReturnsForAnyArgs(call =>
        {
            if (isAway)
            {
                throw new InvalidOperationException("away");
            }

            Interlocked.Increment(ref claims);
            return database.ClaimAsync(call.Arg<ClaimRequest>(), CancellationToken.None);
        });
        _store.NextDueInAsync(default).ReturnsForAnyArgs((TimeSpan?)null);
        _store.SettleAsync(default!, default).ReturnsForAnyArgs(call => settlesFail
            ? throw new InvalidOperationException("away")
            : database.SettleAsync(call.Arg<IReadOnlyList<Settlement>>(), CancellationToken.None));

        var running = Dispatcher().RunAsync("owner", _stop.Token, CancellationToken.None);
        await PassAsync(() => _receiver.Requests == 1);
        isAway = true;
        var until = _clock.GetUtcNow() + 2 * _options.LeaseDuration;
        await PassAsync(() => _clock.GetUtcNow() > until);

        // The worst order: it can be claimed from again before what was sent can be stored.
        isAway = false;
        var before = Volatile.Read(ref claims);
        await PassAsync(() => Volatile.Read(ref claims) >= before + 2);
        settlesFail = false;
        await PassAsync(() => database.Tables.Deliveries[0].Status == DeliveryStatus.Delivered);

        Assert.Equal(1, _receiver.Requests);
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _receiver.Dispose();
    }

    private static ClaimedDelivery Leased()
    {
        var secrets = new SecretVault().Seal([new EndpointSecret(Secret, null)], null, Some.Delivery.Endpoint.Id);
        return Some.Delivery with { Endpoint = Some.Delivery.Endpoint with { Secrets = secrets } };
    }

    private void ClaimsReturn(IReadOnlyList<ClaimedDelivery> deliveries)
    {
        _store.ClaimAsync(Arg.Any<ClaimRequest>(), Arg.Any<CancellationToken>()).Returns(_ =>
        {
            if (++_claims == 2)
            {
                _secondClaim.SetResult();
            }

            return new ClaimResult(deliveries, More: false);
        });
        _store.NextDueInAsync(Arg.Any<CancellationToken>()).Returns((TimeSpan?)null);
    }

    private static async Task OweAsync(InMemoryOutboxStore database)
    {
        var secrets = new SecretVault().Seal([new EndpointSecret(Secret, null)], null, "ep_1");
        await database.Endpoints.PutAsync(
            new EndpointLookup { Id = "ep_1" },
            _ => new StoredEndpoint
            {
                Id = "ep_1",
                Scope = "all",
                Url = "https://receiver.example/hooks",
                Profile = "standard",
                Secrets = secrets,
                CreatedAt = DateTimeOffset.UnixEpoch,
            },
            null,
            CancellationToken.None);
        await database.EnqueueAsync(
            new NewEvent { Id = "evt_1", Type = "call.ended", Data = "{}"u8.ToArray(), OccurredAt = DateTimeOffset.UnixEpoch, Scopes = ["all"] },
            null,
            CancellationToken.None);
    }

    /// <summary>Lets time pass, as often as somebody waits for it, until something is so.</summary>
    private async Task PassAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            if (_clock.PendingTimers > 0)
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
            }

            await Task.Yield();
        }
    }

    private DeliveryExecutor Executor() => new(
        new ProfileCatalogue([]),
        new SecretVault(),
        new SecretStatus(_clock),
        new WebhookSender(new HttpMessageInvoker(_receiver, disposeHandler: false), ResiliencePipeline<HttpResponseMessage>.Empty, _options.Sending, _clock),
        new NoticeWriter(new IdGenerator(_clock, _random)),
        Some.Metrics,
        Options.Create(_options),
        _clock,
        _random,
        NullLogger<DeliveryExecutor>.Instance);

    private Dispatcher Dispatcher()
    {
        var wake = new WakeSignal(_clock) { Listening = true };
        return new(
            _store,
            Executor(),
            new Settler(
                _store,
                new NoticeBoard([], wake, NullLogger<NoticeBoard>.Instance),
                new ActivityLog(Substitute.For<IInspectionStore>(), _clock, _random, NullLogger<ActivityLog>.Instance),
                _clock,
                _random,
                NullLogger<Settler>.Instance),
            wake,
            new Housekeeper(_store, wake, new ProfileCatalogue([]), Options.Create(_options), _clock, _random, NullLogger<Housekeeper>.Instance),
            new DispatcherPulse(_clock),
            Options.Create(_options),
            _clock,
            _random,
            NullLogger<Dispatcher>.Instance);
    }

    private sealed class CountingReceiver : HttpMessageHandler
    {
        public int Requests { get; private set; }

        /// <summary>The last request's.</summary>
        public byte[] Body { get; private set; } = [];

        public IReadOnlyDictionary<string, string> Headers { get; private set; } = new Dictionary<string, string>();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            Body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            Headers = request.Headers.NonValidated.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            return new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request };
        }
    }
}
