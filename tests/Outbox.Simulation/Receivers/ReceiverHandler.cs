using System.Globalization;
using System.Net;
using Outbox.Simulation.Checks;
using Outbox.Simulation.Engine;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Mistakes;
using Outbox.Simulation.Run;

namespace Outbox.Simulation.Receivers;

/// <summary>The network of one process, in the place of sockets: what it sends is looked at by the referee and answered by a receiver.</summary>
internal sealed class ReceiverHandler(SimulatedHost host, World world) : HttpMessageHandler
{
    private readonly RequestRules _rules = new(world);
    private readonly SimulatedContext _process = host.Context;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Content!.CopyToAsync(buffer, cancellationToken);
        var receiver = world.Receivers[int.Parse(request.RequestUri!.Host.AsSpan(1, request.RequestUri.Host.IndexOf('.', StringComparison.Ordinal) - 1), CultureInfo.InvariantCulture)];
        var sent = _rules.Begin(host, _process, receiver, request, buffer.ToArray());
        try
        {
            await world.Faults.ToProcessAsync(host, Place.Send);
            var answer = receiver.Answer(sent.Profile.Timeout);
            await Task.Delay(answer.Latency, host.Clock, cancellationToken);
            await world.Faults.ToProcessAsync(host, Place.Answer);
            return Answered(sent, answer);
        }
        finally
        {
            sent.EndedAt = world.Now;
            world.Trace.Add(host.Name, $"r{receiver.Number} answers {sent.Status}");
        }
    }

    private HttpResponseMessage Answered(RequestFact sent, Answer answer)
    {
        if (answer.Status is not { } status)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection broke.");
        }

        sent.Status = status;
        sent.RetryAfter = answer.RetryAfter;
        var response = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = answer.BodyDrips ? new StreamContent(new DrippingBody(host.Clock)) : new ByteArrayContent("ok"u8.ToArray()),
        };
        if (answer.RetryAfter is { } wait && world.Mistake != Mistake.RetryAfterIgnored)
        {
            response.Headers.TryAddWithoutValidation("Retry-After", ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        }

        return response;
    }
}
