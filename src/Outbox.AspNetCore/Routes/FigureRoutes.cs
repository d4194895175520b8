using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Reading;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Routes;

internal static class FigureRoutes
{
    public static void Map(RouteGroupBuilder api, FigureReader figures, EndpointReader endpoints)
    {
        api.MapGet("/overview", async Task<Answer<OverviewView>> (HttpContext http, string? window) =>
            Answer.Ok(await figures.OverviewAsync(Access.Of(http), TimeWindow.Parse(window), http.RequestAborted)))
            .WithSummary("The figures of the first page: backlog, rates, latency, what is failing");

        api.MapGet("/activity", async Task<Answer<ActivityView>> (HttpContext http, string? endpoint, string? window) =>
        {
            var access = Access.Of(http);
            if (!string.IsNullOrEmpty(endpoint))
            {
                await endpoints.GetAsync(access, endpoint, http.RequestAborted);
            }

            return Answer.Ok(await figures.ActivityAsync(
                access, string.IsNullOrEmpty(endpoint) ? null : endpoint, TimeWindow.Parse(window), http.RequestAborted));
        }).WithSummary("What was done over time, of one endpoint or of all");
    }
}
