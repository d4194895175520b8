using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Storage;

namespace Outbox.Testing;

/// <summary>
/// What a test of webhooks needs: every request caught before it leaves the process, the receivers' answers, a clock that the test moves, and
/// <see cref="DrainAsync"/> to wait for what is due. Made by <c>AddWebhookOutbox().UseTestbed()</c>; resolve it from the host's services.
/// </summary>
public sealed class WebhookTestbed : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<SentWebhook> _sent = new();
    private readonly ConcurrentDictionary<string, Func<int, int>> _answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, int> _requests = new(StringComparer.OrdinalIgnoreCase);
    private readonly IServiceProvider _services;
    private readonly Stack<IHostedService> _started = new();

    internal WebhookTestbed(TestClock clock, IServiceProvider services)
    {
        Clock = clock;
        _services = services;
    }

    /// <summary>The outbox's clock, and the host's <see cref="TimeProvider"/>.</summary>
    public TestClock Clock { get; }

    /// <summary>The requests so far, in the order they were made; attempts that failed are among them.</summary>
    public IReadOnlyList<SentWebhook> Sent => [.. _sent];

    /// <summary>Answers requests to a host with these status codes, one after the other; the last stays. Without it every request is answered 200.</summary>
    /// <param name="host">The host's name: <c>customer.example.com</c>.</param>
    /// <param name="statusCodes">At least one, 200 to 599.</param>
    public void Answer(string host, params int[] statusCodes)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentNullException.ThrowIfNull(statusCodes);
        ArgumentOutOfRangeException.ThrowIfZero(statusCodes.Length, nameof(statusCodes));
        _requests[host] = 0;
        _answers[host] = request => statusCodes[Math.Min(request, statusCodes.Length) - 1];
    }

    /// <summary>
    /// Waits until everything that is due now was attempted and its outcome is stored. What is due later stays: move <see cref="Clock"/> and drain again.
    /// </summary>
    /// <exception cref="TimeoutException">The outbox was still busy after 30 seconds; the message says with what.</exception>
    public async Task DrainAsync(CancellationToken cancellationToken = default)
    {
        var store = _services.GetRequiredService<IDeliveryStore>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        var began = TimeProvider.System.GetTimestamp();
        while (await store.CountBacklogAsync(cancellationToken) is { } backlog && (backlog.Delivering > 0 || backlog.OldestDue is not null))
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException(
                    $"After {Patience} {backlog.Delivering} deliveries are on the wire and {backlog.Waiting} wait. Is the host started, and does it dispatch?");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Lets time pass, then waits for what became due: <c>await testbed.DrainAfterAsync(TimeSpan.FromMinutes(1))</c>.</summary>
    public async Task DrainAfterAsync(TimeSpan time, CancellationToken cancellationToken = default)
    {
        Clock.Advance(time);
        await DrainAsync(cancellationToken);
    }

    /// <summary>Fails the test unless exactly one request has the text, such as the event's type, in its body; gives that request.</summary>
    /// <exception cref="WebhookAssertionException">There is none, or there are several; the message lists what was sent.</exception>
    public SentWebhook ShouldHaveSentOne(string text)
    {
        var found = Sent.Where(sent => sent.Has(text)).ToList();
        return found.Count == 1 ? found[0] : throw new WebhookAssertionException($"Expected one request with '{text}', found {found.Count}.", Sent);
    }

    /// <summary>Fails the test if any request was made.</summary>
    /// <exception cref="WebhookAssertionException">There was one; the message lists what was sent.</exception>
    public void ShouldHaveSentNothing()
    {
        if (Sent is { Count: > 0 } sent)
        {
            throw new WebhookAssertionException("Expected no request.", sent);
        }
    }

    /// <summary>Stops what <see cref="TestbedServiceProviderExtensions.StartTestbedAsync"/> started; a host stops its own.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var service))
        {
            try
            {
                await service.StopAsync(CancellationToken.None);
            }
            catch (ObjectDisposedException)
            {
                // The services were disposed of first, which has stopped it.
            }
        }
    }

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            if (service is IHostedLifecycleService lifecycle)
            {
                await lifecycle.StartingAsync(cancellationToken);
            }

            await service.StartAsync(cancellationToken);
            _started.Push(service);
        }
    }

    internal int Catch(Uri url, IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        var request = _requests.AddOrUpdate(url.Host, 1, (_, count) => count + 1);
        var status = _answers.TryGetValue(url.Host, out var answer) ? answer(request) : 200;
        _sent.Enqueue(new SentWebhook { Url = url, Headers = headers, Body = body, StatusCode = status });
        return status;
    }
}
