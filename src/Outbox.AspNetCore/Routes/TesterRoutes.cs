using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Catalogue;
using Outbox.AspNetCore.Reading;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;
using Outbox.Profiles;

namespace Outbox.AspNetCore.Routes;

/// <summary>The tester: what goes out, how it is signed, what comes back. For operators only, because a signature is enough to send a request.</summary>
internal static class TesterRoutes
{
    public static void Map(RouteGroupBuilder api, Mapping mapping, EndpointReader endpoints, EventCatalogue catalogue)
    {
        api.MapPost("/tester/preview", async Task<Answer<PreviewView>> (HttpContext http) =>
        {
            var (access, id, webhookEvent) = await ReadAsync(http);
            var request = await mapping.Tester.PreviewAsync(id, webhookEvent, http.RequestAborted) ?? throw Gone(id);
            var profile = ProfileOf(request);
            return Answer.Ok(new PreviewView(RequestView.Of(request, access), SignatureExplanation.Of(request, profile, access.SeesPayloads), VerificationCode.For(profile)));
        }).Accepts<TesterBody>("application/json").WithSummary("Composes and signs a request, and sends nothing");

        api.MapPost("/tester/send", async Task<Answer<TrialView>> (HttpContext http) =>
        {
            var (access, id, webhookEvent) = await ReadAsync(http);
            var trial = await mapping.Tester.SendAsync(id, webhookEvent, http.RequestAborted) ?? throw Gone(id);
            var profile = ProfileOf(trial.Request);
            return Answer.Ok(new TrialView(
                RequestView.Of(trial.Request, access), SignatureExplanation.Of(trial.Request, profile, access.SeesPayloads), VerificationCode.For(profile), ResponseOf(trial, profile, access)));
        }).Accepts<TesterBody>("application/json").WithSummary("Sends one request now, stored nowhere");

        async Task<(Access Access, string Id, WebhookEvent Event)> ReadAsync(HttpContext http)
        {
            var body = await RequestBody.ReadAsync(http, ManagementJson.Default.TesterBody);
            if (string.IsNullOrWhiteSpace(body.EndpointId))
            {
                throw new WebhookValidationException("endpointId", "Give the id of the endpoint to test.");
            }

            var access = Access.Of(http);
            await endpoints.GetAsync(access, body.EndpointId, http.RequestAborted);
            return (access, body.EndpointId, catalogue.EventOf(body.Type, body.Data));
        }

        WebhookProfile ProfileOf(WebhookWireRequest request) => mapping.Outbox.Profiles.First(profile => profile.Name == request.Profile);
    }

    private static ProblemException Gone(string id) => new(Problem.NotFound("endpoint", id));

    private static ResponseView ResponseOf(WebhookTrial trial, WebhookProfile profile, Access access) => new()
    {
        Ok = trial.Delivered,
        StatusCode = trial.StatusCode,
        Error = trial.Error,
        Detail = trial.Detail,
        DurationMs = (long)trial.Duration.TotalMilliseconds,
        Excerpt = access.SeesPayloads ? trial.Excerpt : null,
        ExcerptTruncated = trial.ExcerptIsCut,
        Headers = access.SeesPayloads && trial.StatusCode is not null ? [.. trial.Headers.Select(header => HeaderView.OfAnswer(header.Key, header.Value))] : null,
        Verdict = VerdictOf(trial, profile),
    };

    private static string VerdictOf(WebhookTrial trial, WebhookProfile profile) => trial switch
    {
        { Delivered: true } => $"Delivered: {profile.Name} takes {profile.Success} as success.",
        { StatusCode: 410 } when profile.GoneDisables => "Gone: a delivery would disable the endpoint and be parked.",
        { StatusCode: { } status } => string.Create(CultureInfo.InvariantCulture, $"Not delivered: {profile.Name} takes {profile.Success} as success, not {status}. A delivery would be tried again."),
        _ => $"Not delivered: {trial.Detail ?? trial.Error} A delivery would be tried again.",
    };
}
